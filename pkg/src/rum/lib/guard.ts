// Ways to run code that may throw. Measuring must never break the page.

let warned = false

/**
 * Returns what `run` returns, or `undefined` if it throws: a browser, an extension or a setting may lack anything. Then
 * `failed` gets the error.
 */
export function attempt<T>(run: () => T, failed?: (error: unknown) => void): T | undefined {
  try {
    return run()
  } catch (error) {
    if (failed) attempt(() => failed(error))
    return undefined
  }
}

/** Like `attempt`, for functions of the page: an error is thrown again in a separate task, where the page sees it. */
export const callPageFunction = <T>(run: () => T): T | undefined =>
  attempt(run, (error) =>
    setTimeout(() => {
      throw error
    }),
  )

/** Like `attempt`, for what measuring depends on: the first error is written to the console. */
export const attemptOrWarn = <T>(run: () => T): T | undefined =>
  attempt(run, (error) => {
    if (!warned) console.warn(`whippet/rum measures nothing:`, error)
    warned = true
  })
