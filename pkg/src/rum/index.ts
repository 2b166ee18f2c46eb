// `whippet/rum`: web vitals, errors and the toolkit's own figures, sent in small beacons.
export { startRum } from './rum.js'
export type { Rum, RumBeacon, RumOptions, RumStats } from './options.js'
export type { Figures, MeasuredClient } from './figures.js'
export * from './vitals/index.js'
export type * from './attribution/types.js'
