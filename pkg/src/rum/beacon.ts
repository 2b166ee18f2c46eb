// The members of a beacon. docs/beacon.md describes all of them.

/** The value of a vital, with its attribution. */
export interface VitalData {
  value: number
  /** Missing where it is `good`. */
  rating?: string
  target?: string
  url?: string
  state?: string
  parts?: Record<string, number>
}

export interface ResourceData {
  count: number
  bytes?: number
  cached?: number
  failed?: number
  duration: number
  /** Missing where it equals `duration`. */
  slowest?: number
}

export interface ErrorData {
  message: string
  source?: string
  stack?: string
  fingerprint: string
  count?: number
}

export interface ScriptData {
  source: string
  invoker?: string
  count: number
  duration: number
  forced?: number
}

/** An exponential histogram. A negative count is a run of that many empty buckets. */
export interface HistogramData {
  scale: number
  zero?: number
  sum: number
  min: number
  max: number
  offset: number
  counts: number[]
}

/** The measurements in a beacon. Empty lists are left out. */
export interface BeaconBody {
  vitals?: Record<string, VitalData>
  /** The phases of the navigation, ms. A missing phase took no time. */
  phases?: Record<string, number>
  counters?: Record<string, number>
  timings?: Record<string, number | number[]>
  gauges?: Record<string, number>
  histograms?: Record<string, HistogramData>
  resources?: Record<string, Record<string, ResourceData>>
  errors?: ErrorData[]
  scripts?: ScriptData[]
}

/** A beacon as it is sent; docs/beacon.md describes all of it. */
export interface RumBeacon extends BeaconBody {
  v: 1
  id: string
  session: string
  view: string
  app: string
  release?: string
  page: string
  navigation: string
  device: string
  connection?: string
  memory?: number
  sentAt: number
  sampleRate?: number
  dropped?: number
  drops?: Record<string, number>
}
