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
    if (prototype === Map.prototype) return this.#shareMap(before as AnyMap, after as AnyMap, depth + 1)
    if (prototype === Set.prototype) return this.#shareSet(before as Set<unknown>, after as Set<unknown>, depth + 1)
    return after
  }

  /** Shares values by key. A key that is an object is shared with the key at the same position. */
  #shareMap(before: AnyMap, after: AnyMap, depth: number): AnyMap {
    const shared: AnyMap = new Map()
    const positions = before.keys()
    let same = 0
    for (const [key, item] of after) {
      const { value: counterpart } = positions.next()
      const sharedKey = this.#shareMember(before, after, counterpart, key, depth)
      const old = before.get(sharedKey)
      const sharedItem = isObject(old) && isObject(item) ? this.#share(old, item, depth) : item
      shared.set(sharedKey, sharedItem)
      if (Object.is(sharedKey, counterpart) && Object.is(sharedItem, old)) same++
    }
    return before.size === after.size && same === after.size ? before : shared
  }

  /** Shares members by position. */
  #shareSet(before: Set<unknown>, after: Set<unknown>, depth: number): Set<unknown> {
    const shared = new Set()
    const positions = before.values()
    let same = 0
    for (const item of after) {
      const { value: counterpart } = positions.next()
      const member = this.#shareMember(before, after, counterpart, item, depth)
      shared.add(member)
      if (Object.is(member, counterpart)) same++
    }
    return before.size === after.size && same === after.size ? before : shared
  }

  /** A member of both stays as it is, so that no two members become one. */
  #shareMember(before: Members, after: Members, counterpart: unknown, item: unknown, depth: number): unknown {
    if (!isObject(item) || !isObject(counterpart) || before.has(item) || after.has(counterpart)) return item
    return this.#share(counterpart, item, depth)
  }
}

type AnyMap = Map<unknown, unknown>
type Members = { has(member: unknown): boolean }

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
