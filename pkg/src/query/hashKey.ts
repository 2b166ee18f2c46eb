// Hashes of query keys, and partial matches.
import type { MutationKey, QueryKey, QueryOptions } from './types.js'

/**
 * A key as a string, the same for equal keys whatever the order of their objects' properties. It is JSON, and the same as
 * TanStack Query's, so that persisted queries are found again. Values that JSON would leave out or throw at are encoded
 * by their contents.
 */
export function hashKey(key: QueryKey | MutationKey): string {
  // Most keys need no sorting, and without a replacer `JSON.stringify` is many times as fast.
  return JSON.stringify(key, isPlainJson(key, 8) ? undefined : (_, value) => toHashable(value))
}

/** Whether JSON encodes a value just as `toHashable` would. `false` when in doubt. */
function isPlainJson(value: any, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return typeof value !== 'bigint'
  if (depth === 0 || value.toJSON !== undefined) return false
  if (Array.isArray(value)) return value.every((item) => isPlainJson(item, depth - 1))
  if (Object.getPrototypeOf(value) !== Object.prototype) return false
  let last = ''
  for (const name of Object.keys(value)) {
    if (name < last || name === '__proto__' || !isPlainJson(value[name], depth - 1)) return false
    last = name
  }
  return true
}

/** The value that JSON encodes in place of this one. `toJSON` has been called already. */
function toHashable(value: unknown): unknown {
  if (typeof value === 'bigint') return { '[object BigInt]': String(value) }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  if (!isPlainObject(value)) return toHashableClass(value)
  // Without a prototype, `__proto__` is an ordinary property.
  const sorted: Record<string, unknown> = Object.create(null)
  for (const name of Object.keys(value).sort()) sorted[name] = value[name]
  return sorted
}

/** For classes whose contents are not in properties: the contents, under the name of the class. Others stay as they are. */
function toHashableClass(value: any): unknown {
  const type = toString.call(value)
  let contents: string
  if (ArrayBuffer.isView(value) || / (Shared)?ArrayBuffer]/.test(type)) {
    const { buffer = value, byteOffset, byteLength } = value
    contents = String('join' in value ? value : new Uint8Array(buffer, byteOffset, byteLength))
  } else if (/ (Set|Map|URLSearchParams|Headers|FormData)]/.test(type) && Symbol.iterator in value) {
    const items = Array.from(value, (item) => hashKey([item]))
    // The order in which a Set or a Map was filled does not matter.
    contents = String(/ (Set|Map)]/.test(type) ? items.sort() : items)
  } else if (/ (RegExp|Error)]/.test(type)) {
    contents = `${value}${hashKey([{ ...value }])}`
  } else if (/ (Number|String|Boolean|BigInt)]/.test(type)) {
    return toHashable(value.valueOf())
  } else {
    return value
  }
  return { [type]: contents }
}

/** A value as the hash encodes it, except inside arrays and plain objects. */
function asHashed(value: any): unknown {
  if (typeof value === 'string' || value == null) return value
  const json = typeof value.toJSON === 'function' && !Array.isArray(value) ? value.toJSON('') : value
  const hashable = isObjectLiteral(json) ? json : toHashable(json)
  if (typeof hashable === 'function' || typeof hashable === 'symbol') return undefined
  return typeof hashable === 'number' && !Number.isFinite(hashable) ? null : hashable
}

/** A key segment as the hash encodes it: `undefined` in an array becomes `null`. */
export function hashedSegment(part: unknown): unknown {
  return asHashed(part) ?? null
}

/** The hash of a key, by the options' own hash function if there is one. */
export function hashKeyByOptions(key: QueryKey, options?: Pick<QueryOptions<any, any, any, any>, 'queryKeyHashFn'>): string {
  return (options?.queryKeyHashFn || hashKey)(key)
}

/**
 * Whether `part` matches `key` in all that it contains: array items by position, properties by name. Values with the same
 * hash match.
 */
export function partialMatchKey(key: QueryKey, part: QueryKey): boolean {
  return key === part || isPartialMatch(asHashed(key), asHashed(part))
}

function isPartialMatch(key: any, part: any): boolean {
  if (key === part) return true
  if (!key || !part || typeof key !== 'object' || typeof part !== 'object') return false
  if (!Array.isArray(key) && !Array.isArray(part)) {
    return Object.keys(part).every(
      (name) => key[name] === part[name] || isPartialMatch(asHashed(key[name]), asHashed(part[name])),
    )
  }
  if (!Array.isArray(key) || !Array.isArray(part) || part.length > key.length) return false
  // `every` would skip holes.
  for (let i = 0; i < part.length; i++) {
    if (key[i] !== part[i] && !isPartialMatch(hashedSegment(key[i]), hashedSegment(part[i]))) return false
  }
  return true
}

const toString = Object.prototype.toString

function isObjectLiteral(value: any): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    value.constructor === Object &&
    Object.getPrototypeOf(value) === Object.prototype &&
    !(Symbol.toStringTag in value) &&
    !(Symbol.iterator in value)
  )
}

/** Whether a value is a plain object: no class, no array, no `Date`. */
export function isPlainObject(value: any): value is Record<PropertyKey, unknown> {
  // The quick test nearly always decides. Objects that only claim to be plain have one of the symbols it looks for.
  if (isObjectLiteral(value)) return true
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
