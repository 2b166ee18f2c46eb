// The members of a beacon that are converted to OTLP; docs/beacon.md describes all of them.
import { NAVIGATION_PHASES } from '../../boundary/vitals.js'

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

/** Parses a beacon, and fills in members that have their default. */
export function readBeacon(text: string): Beacon {
  const beacon = JSON.parse(text) as Beacon
  beacon.view ??= beacon.id.replace(/-\w+$/, '')
  beacon.navigation ??= 'navigate'
  beacon.device ??= 'desktop'
  // A missing phase took 0 ms. Without these zeros the distribution of each phase would look slower than it is.
  if (beacon.phases) for (const phase of NAVIGATION_PHASES) beacon.phases[phase] ??= 0
  return beacon
}
