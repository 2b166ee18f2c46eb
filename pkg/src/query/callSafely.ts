// Callbacks of the application must not break the code that calls them.

/** Calls the callback. What it throws, or rejects with, becomes an unhandled rejection. */
export function callSafely(callback: () => unknown): unknown {
  try {
    const result = callback()
    return result instanceof Promise ? result.catch(reportUnhandled) : result
  } catch (error) {
    reportUnhandled(error)
  }
}

/** Reports an error that no caller can receive, as an unhandled rejection. */
export function reportUnhandled(error: unknown): void {
  void Promise.reject(error)
}
