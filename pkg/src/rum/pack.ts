import { BEACONS, BYTES } from '../boundary/rum.js'
import type { BeaconBody } from './beacon.js'
import { byteLength } from './lib/format.js'
import { copyOwn, plain } from './lib/properties.js'
import { stringify } from './lib/stringify.js'

/** Bytes left free for `dropped` and `drops`, which are added last. */
const RESERVE = 512

const sizeOf = (value: unknown) => byteLength(stringify(value)!)

/**
 * Splits `body` into beacons of at most `BYTES` bytes, each with the members of `head`, in the order of the lists. Calls
 * `drop` for items that do not fit into `BEACONS` beacons.
 */
export function pack<H extends object>(head: H, body: BeaconBody, drop: (list: string, by: number) => void): (H & BeaconBody)[] {
  const whole = { ...head, ...body }
  if (sizeOf(whole) <= BYTES - RESERVE) return [whole]
  const beacons: (H & BeaconBody)[] = []
  let room = 0
  for (const [list, items] of Object.entries(body) as [string, Record<string, unknown> | unknown[]][]) {
    for (const [key, item] of Object.entries(items)) {
      const size = sizeOf(item) + byteLength(key) + list.length + 10
      if (size > room) {
        if (beacons.length === BEACONS) {
          drop(list, (item as { count?: number }).count ?? 1)
          continue
        }
        beacons.push(copyOwn(head))
        room = BYTES - RESERVE - sizeOf(head)
      }
      const beacon = beacons.at(-1) as Record<string, unknown>
      const packed = (beacon[list] ??= Array.isArray(items) ? [] : copyOwn({}))
      if (Array.isArray(packed)) packed.push(item)
      else (packed as Record<string, unknown>)[key] = item
      room -= size
    }
  }
  return beacons.map((beacon) => plain(beacon))
}
