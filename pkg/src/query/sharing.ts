// Structural sharing: what is equal to before keeps its identity.
import { isPlainObject } from './keys.js'
import type { QueryOptions } from './types.js'

const hasOwn = Object.prototype.hasOwnProperty
/** Deeper than this nothing is shared, so that a cycle ends. */
const MAX_DEPTH = 500

/** `after`, with every part of it that is deeply equal to `before` replaced by that part of `before`. */
export function replaceEqualDeep<T>(before: unknown, after: T, depth?: number): T
export function replaceEqualDeep(before: any, after: any, depth = 0): any {
  if (before === after) return before
  if (depth > MAX_DEPTH) return after
  const array = isPlainArray(before) && isPlainArray(after)
  if (!array && !(isPlainObject(before) && isPlainObject(after))) return after

  const names: any = array ? after : Object.keys(after)
  const size: number = names.length
  const sizeBefore: number = array ? before.length : Object.keys(before).length
  const shared: any = array ? new Array(size) : {}
  let same = 0
  for (let i = 0; i < size; i++) {
    const name = array ? i : names[i]
    const old = before[name]
    const item = after[name]
    if (old === item) {
      shared[name] = item
      // An absent property and one that is undefined are not the same.
      if (array ? i < sizeBefore : hasOwn.call(before, name)) same++
    } else if (old === null || item === null || typeof old !== 'object' || typeof item !== 'object') {
      shared[name] = item
    } else {
      shared[name] = replaceEqualDeep(old, item, depth + 1)
      if (shared[name] === old) same++
    }
  }
  return size === sizeBefore && same === size ? before : shared
}

/** Whether a value is an array without holes or properties of its own. */
export function isPlainArray(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.length === Object.keys(value).length
}

/** What to store for `data`, as the `structuralSharing` option says. */
export function replaceData<TData>(
  before: TData | undefined,
  data: TData,
  options: QueryOptions<any, any, any, any>,
): TData {
  const { structuralSharing } = options
  if (typeof structuralSharing === 'function') return structuralSharing(before, data) as TData
  if (structuralSharing === false) return data
  try {
    return replaceEqualDeep(before, data)
  } catch (error) {
    console.error(
      'Structural sharing requires data to be JSON serializable. To fix this, turn off structuralSharing or ' +
        `return JSON-serializable data from your queryFn. [${options.queryHash}]: ${error}`,
    )
    throw error
  }
}

/** Whether two objects have the same properties with identical values. */
export function shallowEqualObjects(a: Record<string, any>, b: Record<string, any> | undefined): boolean {
  if (!b) return false
  const names = Object.keys(a)
  if (names.length !== Object.keys(b).length) return false
  for (const name of names) {
    if (a[name] !== b[name] || !hasOwn.call(b, name)) return false
  }
  return true
}
