// Promises that are settled from outside.

export interface Deferred<R> {
  promise: Promise<R>
  resolve: (value: R | PromiseLike<R>) => void
  reject: (reason: unknown) => void
}

export function deferred<R>(): Deferred<R> {
  let resolve!: Deferred<R>['resolve']
  let reject!: Deferred<R>['reject']
  const promise = new Promise<R>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  return { promise, resolve, reject }
}

export function abortError(message: string): DOMException {
  return new DOMException(message, 'AbortError')
}

/** Rejects a promise that was aborted on purpose. The rejection is never reported as unhandled. */
export function rejectAborted({ promise, reject }: Pick<Deferred<any>, 'promise' | 'reject'>, reason: unknown): void {
  promise.catch(() => {})
  reject(reason)
}

/** Calls `fn` synchronously. Its result or exception becomes a promise: `Promise.try`. */
export function promiseTry<R>(fn: () => R | PromiseLike<R>): Promise<R> {
  return new Promise((resolve) => resolve(fn()))
}
