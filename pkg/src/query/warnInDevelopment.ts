
/**
 * Runs `warn`, which must contain `if (process.env.NODE_ENV !== 'production')` literally: bundlers replace the
 * expression and drop the text in production builds. In a page without bundler and `process` the expression throws, and
 * nothing is logged.
 */
export function warnInDevelopment(warn: () => void): void {
  try {
    warn()
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
  }
}
