// `whippet/server`: answers a refetch with what changed, in Node.js and wherever a handler takes a `Request`.
export { createDelta, type Delta, type FetchHandler, type NodeHandler } from './delta.js'
export type { DeltaOptions } from './options.js'
export type { DeltaStats } from './stats.js'
