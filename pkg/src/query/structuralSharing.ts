// Structural sharing: values that are equal to the old ones keep the old identity.
import { isPlainObject } from './hashKey.js'
import type { QueryOptions } from './types.js'

const hasOwn = Object.prototype.hasOwnProperty
/** Deeper than this nothing is shared. */
const MAX_DEPTH = 500
/** Beyond this depth or number of steps, visited pairs are remembered to detect cycles. Remembering all would be slow. */
const CYCLE_CHECK_DEPTH = 64
const CYCLE_CHECK_STEPS = 1_000_000

/** Returns `after`, in which every part that is deeply equal to that of `before` is replaced by it. */
export function replaceEqualDeep<T>(before: unknown, after: T, depth?: number): T
export function replaceEqualDeep(before: any, after: any, depth = 0): any {
  return new SharingWalk(false).from(before, after, depth)
}

/** For values that share all that is equal with another: that other value. */
export type Shared = Map<unknown, unknown>

/** Like `replaceEqualDeep`, but shares equal `Date`, `Map` and `Set` objects too. */
export function shareEqual<T>(before: unknown, after: T, shared?: Shared): T {
  if (before === after || !isObject(before) || !isObject(after)) return after
  return new SharingWalk(true, shared).from(before, after, 0) as T
}

/** A walk through two values side by side. A cyclic value is not shared. */
class SharingWalk {
  /** Whether `Date`, `Map` and `Set` are shared. */
  readonly #beyondJson: boolean
  #steps = 0
  #cyclic = false
  /** The result of each pair, by `after` and then `before`. While a pair is being walked, its result is this walk itself. */
  #visited?: Map<object, Map<object, unknown>>

  /** Pairs that need no walk. */
  readonly #shared?: Shared

  constructor(beyondJson: boolean, shared?: Shared) {
    this.#beyondJson = beyondJson
    this.#shared = shared
  }

  from(before: any, after: any, depth: number): unknown {
    const shared = this.#share(before, after, depth)
    return this.#cyclic ? after : shared
  }

  #share(before: any, after: any, depth: number): any {
    if (Object.is(before, after)) return before
    if (this.#shared && this.#shared.get(after) === before) return after
    if (depth > MAX_DEPTH || this.#cyclic) return after
    const array = isPlainArray(before) && isPlainArray(after)
    const plain = array || (isPlainObject(before) && isPlainObject(after))
    if (!plain && !(this.#beyondJson && isObject(before) && isObject(after))) return after
    // JSON may have a member of this name; assigning it to a copy would set the copy's prototype.
    if (!array && hasOwn.call(after, '__proto__')) return after

    let known: Map<object, unknown> | undefined
    if (++this.#steps > CYCLE_CHECK_STEPS || depth > CYCLE_CHECK_DEPTH || this.#visited) {
      known = this.#resultsFor(after)
      const result = known.get(before)
      if (result === this) this.#cyclic = true
      if (result !== undefined) return result
      known.set(before, this)
    }

    const result = plain ? this.#shareMembers(before, after, depth, array) : this.#shareOther(before, after, depth)
    known?.set(before, result)
    return result
  }

  #shareMembers(before: any, after: any, depth: number, array: boolean): object {
    if (cannotBeCopied(after)) return after
    const names: any = array ? after : Object.keys(after)
    const size: number = names.length
    const sizeBefore: number = array ? before.length : Object.keys(before).length
    // Created only when needed, and as a whole: adding members one by one is slower.
    let copy: any
    let same = 0
    for (let i = 0; i < size; i++) {
      const name = array ? i : names[i]
      const old = before[name]
      const item = after[name]
      if (Object.is(old, item)) {
        // An absent property differs from one that is `undefined`.
        if (array ? i < sizeBefore : hasOwn.call(before, name)) same++
      } else if (isObject(old) && isObject(item)) {
        const part = this.#share(old, item, depth + 1)
        if (part === old) same++
        if (part !== item) (copy ??= copyOf(after))[name] = part
      }
    }
    return size === sizeBefore && same === size && !cannotBeCopied(before) ? before : (copy ?? copyOf(after))
  }

  #resultsFor(after: object): Map<object, unknown> {
    this.#visited ??= new Map()
    let known = this.#visited.get(after)
    if (!known) this.#visited.set(after, (known = new Map()))
    return known
  }

  #shareOther(before: object, after: object, depth: number): object {
    const prototype = Object.getPrototypeOf(after)
    if (Object.getPrototypeOf(before) !== prototype) return after
    if (prototype === Date.prototype) return Object.is(+before, +after) ? before : after
    return prototype === Map.prototype || prototype === Set.prototype
      ? this.#shareEntries(before as AnyMap, after as AnyMap, depth + 1)
      : after
  }

  /**
   * Shares the values of a Map by key, and keys that are objects, as the members of a Set, with those at the same position. What
   * is in both stays as it is, so that no two become one.
   */
  #shareEntries(before: AnyMap, after: AnyMap, depth: number): AnyMap {
    const entries: [unknown, unknown][] = []
    const positions = before.keys()
    let same = 0
    // The entries of a Set are pairs of a member with itself.
    for (const [key, item] of after.entries()) {
      const { value: counterpart } = positions.next()
      const isSharable = isObject(key) && isObject(counterpart) && !before.has(key) && !after.has(counterpart)
      const sharedKey = isSharable ? this.#share(counterpart, key, depth) : key
      const old = before.get?.(sharedKey)
      const sharedItem = isObject(old) && isObject(item) ? this.#share(old, item, depth) : item
      entries.push([sharedKey, sharedItem])
      if (Object.is(sharedKey, counterpart) && (!before.get || Object.is(sharedItem, old))) same++
    }
    if (before.size === after.size && same === after.size) return before
    return before.get ? new Map(entries) : (new Set(entries.map(([member]) => member)) as any)
  }
}

/** A Map; a Set, which has no `get`. */
type AnyMap = Omit<Map<unknown, unknown>, 'get'> & { get?(key: unknown): unknown }

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function copyOf(value: object): object {
  return Array.isArray(value) ? value.slice() : { ...value }
}

/** Whether a copy would lose something: members under symbols, or a missing prototype. */
function cannotBeCopied(value: object): boolean {
  return Object.getOwnPropertySymbols(value).length > 0 || Object.getPrototypeOf(value) === null
}

/** Whether a value is an array of any realm, without holes, own properties or a subclass. */
export function isPlainArray(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.length === Object.keys(value).length && Array.isArray(Object.getPrototypeOf(value))
}

/** The value to store for `data`, by the `structuralSharing` option. */
export function replaceData<TData>(
  before: TData | undefined,
  data: TData,
  options: QueryOptions<any, any, any, any>,
  shared?: Shared,
): TData {
  const { structuralSharing } = options
  if (typeof structuralSharing === 'function') return structuralSharing(before, data) as TData
  if (structuralSharing === false) return data
  try {
    return shareEqual(before, data, shared)
  } catch (error) {
    try {
      if (process.env.NODE_ENV !== 'production') {
        console.error(
          'Structural sharing requires data to be JSON serializable. To fix this, turn off structuralSharing or ' +
            `return JSON-serializable data from your queryFn. [${options.queryHash}]: ${error}`,
        )
      }
    } catch {}
    throw error
  }
}

/** Whether two objects have the same properties with identical values. */
export function shallowEqualObjects(a: Record<string, any>, b: Record<string, any> | undefined): boolean {
  if (!b) return false
  const names = Object.keys(a)
  if (names.length !== Object.keys(b).length) return false
  for (const name of names) {
    if (!Object.is(a[name], b[name]) || !hasOwn.call(b, name)) return false
  }
  return true
}
