// `whippet/rum`: web vitals, errors and the toolkit's own figures, sent in small beacons.
export { startRum, type Rum, type RumBeacon, type RumOptions, type RumStats } from './rum.js'
export type { MeasuredClient } from './client.js'
export * from './vitals/index.js'
