// A beacon in words.
import { json } from './json.js'
import type { RumBeacon } from './options.js'

/** What a beacon is of where it does not say. */
const NAVIGATION = 'navigate'
const DEVICE = 'desktop'

/** The text of a beacon, without what goes without saying: the view is named in its id. */
export function textOf(beacon: RumBeacon): string {
  const { id, view, navigation, device } = beacon
  return json({
    ...beacon,
    view: String(id).replace(/-\w+$/, '') === view ? undefined : view,
    navigation: navigation === NAVIGATION ? undefined : navigation,
    device: device === DEVICE ? undefined : device,
  })!
}
