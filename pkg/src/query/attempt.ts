// What others are called with must not break what calls them.

/** Calls back; what that throws is reported as unhandled, and otherwise changes nothing. */
export function attempt(callback: () => unknown): unknown {
  try {
    const result = callback()
    return result instanceof Promise ? result.catch(unhandled) : result
  } catch (error) {
    unhandled(error)
  }
}

/** Reports an error that nobody waits for. */
export function unhandled(error: unknown): void {
  void Promise.reject(error)
}
