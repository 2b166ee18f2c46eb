// Three ways to run code that may throw. Measuring must never break the page.

let warned = false

/** Returns what `run` returns, or `undefined` if it throws: a browser, an extension or a setting may lack anything. */
export function attempt<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch {
    return undefined
  }
}

/** Like `attempt`, for functions of the page: an error is thrown again in a separate task, where the page sees it. */
export function callPageFunction<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch (error) {
    attempt(() =>
      setTimeout(() => {
        throw error
      }),
    )
    return undefined
  }
}

/** Like `attempt`, for what measuring depends on: the first error is written to the console. */
export function attemptOrWarn<T>(run: () => T, hint = ''): T | undefined {
  try {
    return run()
  } catch (error) {
    if (!warned) attempt(() => console.warn(`whippet/rum measures nothing${hint}:`, error))
    warned = true
    return undefined
  }
}
