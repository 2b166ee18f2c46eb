// `whippet/rum`: sends web vitals, errors and the toolkit's counters in small beacons.
export { startRum } from './startRum.js'
export type { BeaconBody, ErrorData, HistogramData, ResourceData, RumBeacon, ScriptData, VitalData } from './beacon.js'
export type { Rum, RumOptions, RumStats } from './options.js'
export type { Format as BeaconFormat, Request as BeaconRequest } from './send/index.js'
export type { OutboxLimits } from './send/outbox.js'
export type { Figures, MeasuredClient } from './toolkitCounters.js'
export * from './vitals/index.js'
export type * from './attribution/types.js'
