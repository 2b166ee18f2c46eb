import type { RumBeacon } from './beacon.js'
import { stringify } from './lib/stringify.js'

/** A beacon as JSON, without members that have their default. The default of `view` is the beginning of the id. */
export function serializeBeacon(beacon: RumBeacon): string {
  const { id, view, navigation, device } = beacon
  // What the collector assumes where a beacon does not say otherwise.
  return stringify({
    ...beacon,
    view: id.replace(/-\w+$/, '') === view ? undefined : view,
    navigation: navigation === 'navigate' ? undefined : navigation,
    device: device === 'desktop' ? undefined : device,
  })!
}
