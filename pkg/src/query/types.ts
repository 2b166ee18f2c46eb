// The public types, by TanStack Query v5's names.
export type * from './types/keys.js'
export type * from './types/mutations.js'
export type * from './types/options.js'
export type * from './types/results.js'
export { dataTagErrorSymbol, dataTagSymbol, unsetMarker } from './types/keys.js'
