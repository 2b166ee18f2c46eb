// `whippet/rum`: sends web vitals, errors and the toolkit's counters in small beacons.
export { startRum } from './startRum.js'
export type { RumBeacon } from './beacon.js'
export type { Rum, RumOptions, RumStats } from './options.js'
export type { Figures, MeasuredClient } from './toolkitCounters.js'
export * from './vitals/index.js'
export type * from './attribution/types.js'
