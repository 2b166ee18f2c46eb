// Objects that are independent of what a page puts on `Object.prototype`.
import { round } from './format.js'

/** Copies the own properties of `value` to an object without a prototype: an assignment to one calls no inherited setter. */
export const copyOwn = <T extends object>(value: T | null | undefined): T => Object.assign(Object.create(null), value) as T

/**
 * Copies a value to what a beacon has: maps become objects, numbers have six decimals, and members that are `undefined` or
 * empty maps are left out.
 */
export function plain<T>(value: T): T
export function plain(value: unknown): unknown {
  // A point in time is an integer that has no room for six decimals.
  if (typeof value === 'number') return value % 1 ? round(value) : value
  if (typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((item) => plain(item))
  const members = value instanceof Map ? [...value] : Object.entries(value as object)
  const present = members.filter(([, item]) => item !== undefined && !(item instanceof Map && !item.size))
  return Object.fromEntries(present.map(([name, item]) => [name, plain(item)]))
}
