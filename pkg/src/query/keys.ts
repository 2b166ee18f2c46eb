// Query keys: how they are hashed, and when one is part of another.
import type { MutationKey, QueryKey, QueryOptions } from './types.js'

/** A key as a string: equal for equal keys, whatever the order in which their objects list their properties. */
export function hashKey(key: QueryKey | MutationKey): string {
  // Most keys need no sorting, and without it JSON.stringify is many times as fast.
  return JSON.stringify(key, isSorted(key, 8) ? undefined : sortProperties)
}

/** Whether a value is spelled as `sortProperties` would have it. Where that is not plain to see, it is not. */
function isSorted(value: any, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (depth === 0 || value.toJSON !== undefined) return false
  if (Array.isArray(value)) return value.every((item) => isSorted(item, depth - 1))
  if (Object.getPrototypeOf(value) !== Object.prototype) return false
  let last = ''
  for (const name of Object.keys(value)) {
    if (name < last || name === '__proto__' || !isSorted(value[name], depth - 1)) return false
    last = name
  }
  return true
}

function sortProperties(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || !isPlainObject(value)) return value
  const sorted: Record<string, unknown> = {}
  for (const name of Object.keys(value).sort()) sorted[name] = value[name]
  return sorted
}

/** The hash of a key under options that may bring their own hash function. */
export function hashKeyByOptions(
  key: QueryKey,
  options?: Pick<QueryOptions<any, any, any, any>, 'queryKeyHashFn'>,
): string {
  return (options?.queryKeyHashFn || hashKey)(key)
}

/** Whether `part` agrees with `key` wherever it says anything: array items by position, properties by name. */
export function partialMatchKey(key: QueryKey, part: QueryKey): boolean
export function partialMatchKey(key: any, part: any): boolean {
  if (key === part) return true
  if (!key || !part || typeof key !== 'object' || typeof part !== 'object') return false
  if (Array.isArray(key) && Array.isArray(part)) {
    return part.length <= key.length && part.every((item, i) => partialMatchKey(key[i], item))
  }
  return Object.keys(part).every((name) => partialMatchKey(key[name], part[name]))
}

const toString = Object.prototype.toString

function isLiteral(value: any): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    value.constructor === Object &&
    Object.getPrototypeOf(value) === Object.prototype &&
    !(Symbol.toStringTag in value) &&
    !(Symbol.iterator in value)
  )
}

/** Whether a value is an object as a literal makes it: no class, no array, no `Date`. */
export function isPlainObject(value: any): value is Record<PropertyKey, unknown> {
  // Nearly always it is plain to see. (What only claims to be an object has one of these symbols.)
  if (isLiteral(value)) return true
  if (toString.call(value) !== '[object Object]') return false
  const prototype = Object.getPrototypeOf(value)
  const constructor = prototype?.constructor
  if (constructor === undefined) return true
  if (typeof constructor !== 'function') return false
  const own = constructor.prototype
  return (
    toString.call(own) === '[object Object]' &&
    Object.prototype.hasOwnProperty.call(own, 'isPrototypeOf') &&
    prototype === Object.prototype
  )
}
