/** Pairs of the short name that an export has in what is shipped, and its name. `pkg/build.mjs` writes them. */
export const EXPORT_NAMES = ''
