import type { RumBeacon } from './beacon.js'
import { stringify } from './lib/stringify.js'

// The collector assumes these where a beacon does not say otherwise.
const NAVIGATION = 'navigate'
const DEVICE = 'desktop'

/** A beacon as JSON, without members that have their default. The default of `view` is the beginning of the id. */
export function serializeBeacon(beacon: RumBeacon): string {
  const { id, view, navigation, device } = beacon
  return stringify({
    ...beacon,
    view: String(id).replace(/-\w+$/, '') === view ? undefined : view,
    navigation: navigation === NAVIGATION ? undefined : navigation,
    device: device === DEVICE ? undefined : device,
  })!
}
