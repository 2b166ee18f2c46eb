// What OTLP takes of a beacon; docs/beacon.md has all of it.

export interface Histogram {
  scale: number
  zero?: number
  sum: number
  min: number
  max: number
  offset: number
  counts: number[]
}

export interface Resource {
  count?: number
  bytes?: number
  cached?: number
  failed?: number
  duration?: number
}

export interface Beacon {
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
  vitals?: Record<string, { value: number; rating?: string; target?: string; url?: string }>
  counters?: Record<string, number>
  phases?: Record<string, number>
  timings?: Record<string, number | number[]>
  gauges?: Record<string, number>
  routes?: Record<string, number>
  histograms?: Record<string, Histogram>
  resources?: Record<string, Record<string, Resource>>
  errors?: { message?: string; source?: string; stack?: string; fingerprint?: string; count?: number }[]
  scripts?: { source?: string; invoker?: string; count?: number; duration?: number; forced?: number }[]
  drops?: Record<string, number>
}
