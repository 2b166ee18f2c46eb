import type { CancelOptions } from './types.js'

/** The rejection of a cancelled fetch. */
export class CancelledError extends Error {
  /** The state before the fetch was restored. */
  revert?: boolean
  /** Nobody was notified: another fetch replaced this one, or the query was removed. */
  silent?: boolean

  constructor(options?: CancelOptions) {
    super('CancelledError')
    this.revert = options?.revert
    this.silent = options?.silent
  }
}

/** Whether the error is the rejection of a cancelled fetch. */
export function isCancelledError(value: any): value is CancelledError {
  return value instanceof CancelledError
}
