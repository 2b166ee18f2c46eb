import { BEACONS, BYTES } from '../boundary/rum.js'
import type { BeaconBody } from './beacon.js'
import { byteLength } from './lib/format.js'
import { stringify } from './lib/stringify.js'

/** Bytes left free for `dropped` and `drops`, which are added last. */
const RESERVE = 512

const sizeOf = (value: unknown) => byteLength(stringify(value) ?? '')

/**
 * Splits `body` into beacons of at most `BYTES` bytes, each with the members of `head`, in the order of the lists. Calls
 * `drop` for items that do not fit into `BEACONS` beacons.
 */
export function pack<H extends object>(head: H, body: BeaconBody, drop: (list: string, by: number) => void): (H & BeaconBody)[] {
  const whole = { ...head, ...body }
  if (sizeOf(whole) <= BYTES - RESERVE) return [whole]
  /** The items of each beacon, by list. */
  const beacons: Map<string, [key: string, item: unknown][]>[] = []
  let room = 0
  for (const [list, items] of Object.entries(body) as [string, Record<string, unknown> | unknown[]][]) {
    for (const [key, item] of Object.entries(items)) {
      const size = sizeOf(item) + byteLength(key) + list.length + 10
      if (size > room) {
        if (beacons.length === BEACONS) {
          drop(list, (item as { count?: number }).count ?? 1)
          continue
        }
        beacons.push(new Map())
        room = BYTES - RESERVE - sizeOf(head)
      }
      const beacon = beacons[beacons.length - 1]!
      if (!beacon.has(list)) beacon.set(list, [])
      beacon.get(list)!.push([key, item])
      room -= size
    }
  }
  const toMember = ([list, items]: [string, [string, unknown][]]) => [
    list,
    Array.isArray(body[list as keyof BeaconBody]) ? items.map(([, item]) => item) : Object.fromEntries(items),
  ]
  return beacons.map((lists) => ({ ...head, ...Object.fromEntries([...lists].map(toMember)) }))
}
