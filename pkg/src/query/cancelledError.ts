import type { CancelOptions } from './types.js'

/** What a fetch that was cancelled rejects with. */
export class CancelledError extends Error {
  /** The query went back to its state before the fetch. */
  revert?: boolean
  /** Nobody is to be bothered with it: a newer fetch took over, or the query is gone. */
  silent?: boolean

  constructor(options?: CancelOptions) {
    super('CancelledError')
    this.revert = options?.revert
    this.silent = options?.silent
  }
}

/** Whether an error says that a fetch was cancelled. */
export function isCancelledError(value: any): value is CancelledError {
  return value instanceof CancelledError
}
