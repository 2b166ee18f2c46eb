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

export function abortError(message = 'The call was cancelled'): DOMException {
  return new DOMException(message, 'AbortError')
}

/** Rejects a promise that was aborted on purpose, and returns it. The rejection is never reported as unhandled. */
export function rejectAborted<R>({ promise, reject }: Pick<Deferred<R>, 'promise' | 'reject'>, reason: unknown): Promise<R> {
  reject(reason)
  promise.catch(() => {})
  return promise
}

/** Calls `fn`. Its result or exception becomes a promise: `Promise.try`, but a promise stays the same. */
export function promiseTry<R>(fn: (...args: any[]) => R, self: unknown, args: ArrayLike<unknown>): Promise<Awaited<R>> {
  try {
    return Promise.resolve(fn.apply(self, args as any)) as Promise<Awaited<R>>
  } catch (error) {
    return Promise.reject(error)
  }
}
