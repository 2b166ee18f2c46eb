// The members of a beacon that are converted to OTLP; docs/beacon.md describes all of them.
import { NAVIGATION_PHASES } from '../../boundary/vitals.js'
import type { RumBeacon } from '../beacon.js'

/** As it may come from a page's `beforeSend`, and from earlier versions of this package. */
export interface Beacon extends RumBeacon {
  routes?: Record<string, number>
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
