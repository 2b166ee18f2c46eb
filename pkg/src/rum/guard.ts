/** What `run` returns; `undefined` where it throws. The page's own functions must not break the measuring. */
export function guard<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch (error) {
    // In a task of its own, so that it is seen as any other error of the page is.
    attempt(() =>
      setTimeout(() => {
        throw error
      }),
    )
    return undefined
  }
}

/** What `run` returns; `undefined` where it throws: what a browser, an extension or a setting took away. */
export function attempt<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch {
    return undefined
  }
}
