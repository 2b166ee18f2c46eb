// What others are called with must not break what calls them.

/** Calls back; what that throws is reported as unhandled, and otherwise changes nothing. */
export function callSafely(callback: () => unknown): unknown {
  try {
    const result = callback()
    return result instanceof Promise ? result.catch(reportUnhandled) : result
  } catch (error) {
    reportUnhandled(error)
  }
}

/** Reports an error that nobody waits for. */
export function reportUnhandled(error: unknown): void {
  void Promise.reject(error)
}
