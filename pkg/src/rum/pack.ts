// Makes beacons of what waits, each of a size that browsers still take.
import { BEACONS, BYTES } from '../boundary/rum.js'
import type { Body } from './batch.js'
import { json } from './json.js'
import { bytesOf } from './text.js'

/** For `dropped` and `drops`, which come last. */
const RESERVE = 512

const sizeOf = (value: unknown) => bytesOf(json(value) ?? '')

/**
 * One beacon of `head` and `body`; some where it does not fit into one, filled in the order of `body`. What does not
 * fit into these is told to `drop`.
 */
export function pack<H extends object>(head: H, body: Body, drop: (list: string, by: number) => void): (H & Body)[] {
  const whole = { ...head, ...body }
  if (sizeOf(whole) <= BYTES - RESERVE) return [whole]
  /** The items of each beacon, by list. */
  const beacons: Map<string, [key: string, item: unknown][]>[] = []
  let room = 0
  for (const [list, items] of Object.entries(body) as [string, Record<string, unknown> | unknown[]][]) {
    for (const [key, item] of Object.entries(items)) {
      const size = sizeOf(item) + bytesOf(key) + list.length + 10
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
  const bodyOf = ([list, items]: [string, [string, unknown][]]) => [
    list,
    Array.isArray(body[list as keyof Body]) ? items.map(([, item]) => item) : Object.fromEntries(items),
  ]
  return beacons.map((lists) => ({ ...head, ...Object.fromEntries([...lists].map(bodyOf)) }))
}
