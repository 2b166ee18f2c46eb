// `whippet/json/delta`: what changed instead of the whole body, in browsers that have no compression dictionaries.
export { deltaFetch } from './deltaFetch.js'
export { jsonQuery } from './jsonQuery.js'
export { setDeltaBudget, type DeltaBudget } from './bodies.js'
export { deltaStats, stats, type DeltaFetchStats, type WireStats } from './stats.js'
