// Promises that are settled from elsewhere, and what they are rejected with when they are given up.

export interface Deferred<R> {
  promise: Promise<R>
  resolve: (value: R | PromiseLike<R>) => void
  reject: (reason: unknown) => void
}

export function deferred<R>(): Deferred<R> {
  let resolve!: Deferred<R>['resolve']
  let reject!: Deferred<R>['reject']
  const promise = new Promise<R>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}

export function abortError(why: string): DOMException {
  return new DOMException(why, 'AbortError')
}

/** Rejects what was given up on purpose: nobody needs to hear of it who does not ask. */
export function giveUp(one: Pick<Deferred<any>, 'promise' | 'reject'>, reason: unknown): void {
  one.promise.catch(() => {})
  one.reject(reason)
}

/** What `fn` gives, or throws, as a promise; `fn` is called at once. */
export function promised<R>(fn: () => R | PromiseLike<R>): Promise<R> {
  return new Promise((resolve) => resolve(fn()))
}
