// Words to developers.

/**
 * Says something to developers. `warn` asks for `process.env.NODE_ENV` itself, spelled out, since that is what bundlers
 * replace: then nothing of its text is left in production. Where nothing replaced it and there is no `process`, as in
 * a page that loads these files as they are, nothing is said.
 */
export function warnInDevelopment(warn: () => void): void {
  try {
    warn()
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
  }
}
