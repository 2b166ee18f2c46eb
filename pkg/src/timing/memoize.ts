import { EXPIRED, PENDING, REVALIDATE } from '../boundary/timing.js'
import {
  list_create,
  list_release,
  memo_add,
  memo_clear,
  memo_evict,
  memo_expired,
  memo_failed,
  memo_lookup,
  memo_remove,
  memo_settled,
} from '../rules/timing.js'
import { checkCount, checkDuration, checkFunction, isObject } from './checks.js'
import { own } from './engine.js'
import { figures } from './figures.js'
import { hashArguments } from './hashArguments.js'
import { forget, later, monotonic } from './host.js'
import { keyOf } from './keyOf.js'

export interface MemoizeOptions<Args extends unknown[] = unknown[]> {
  /** A result is fresh for this many ms after it arrived. Default: for ever. */
  ttl?: number
  /** The most results that are kept; the least recently used one is evicted first. Default: no bound. */
  maxSize?: number
  /**
   * The key of a call, from its arguments. Default: a single primitive argument by identity, other arguments by value: plain
   * objects, arrays and dates. Arguments that have no value to compare throw a TypeError. For a batched function, the
   * default is its own `key`, or else the item by identity.
   */
  key?: (...args: Args) => unknown
  /**
   * For this many ms after `ttl`, a stale result is returned at once, while a new one is computed for later calls; `true` is
   * for ever. Default: `false`.
   */
  staleWhileRevalidate?: boolean | number
}

/** The figures of one memoized function. */
export interface MemoizeStats {
  /** Calls that found a fresh result. */
  hits: number
  /** Calls for which the function ran. */
  misses: number
  /** Calls that got a stale result. */
  staleServed: number
  /** Calls that shared the promise of a pending call. */
  shared: number
  /** Results that were removed because there were more than `maxSize`. */
  evictions: number
  /** Results that are kept, pending ones included. */
  size: number
}

export interface Memoized<Args extends unknown[], R, This = unknown> {
  (this: This, ...args: Args): R
  /** Removes all results. */
  clear(): void
  /** Removes the result for these arguments; `false` if there is none. */
  delete(...args: Args): boolean
  stats(): MemoizeStats
}

interface Entry {
  slot: number
  // From `since` until `until`, the engine need not know of calls. Both are compared, since the clock may be set back.
  since: number
  until: number
  /** Of a bound: the number of its last use, if the engine does not know of that; otherwise 0. */
  use: number
  value: any
  key: unknown
  map: Map<unknown, Entry>
}

/**
 * Returns a function that remembers the results of `fn`. Calls share a promise that is pending. Rejections and exceptions are
 * not kept.
 */
export function memoize<Args extends unknown[], R, This = unknown>(
  fn: (this: This, ...args: Args) => R,
  options?: MemoizeOptions<NoInfer<Args>>,
): Memoized<Args, R, This> {
  checkFunction(fn)
  const { ttl = Infinity, maxSize = Infinity, staleWhileRevalidate } = options ?? {}
  const key: ((...args: Args) => unknown) | undefined = options?.key ?? keyOf(fn)
  checkDuration('ttl', ttl)
  checkCount('maxSize', maxSize, 1)
  if (key !== undefined) checkFunction(key, 'key')
  const stale = staleWhileRevalidate === true ? Infinity : staleWhileRevalidate || 0
  checkDuration('staleWhileRevalidate', stale)

  let id = 0
  // Two maps, so that a hash never equals a string that is a key.
  const byKey = new Map<unknown, Entry>()
  const byHash = new Map<unknown, Entry>()
  const bySlot = new Map<number, Entry>()
  const counts = { hits: 0, misses: 0, staleServed: 0, shared: 0, evictions: 0 }
  const bounded = maxSize !== Infinity
  /** The results that were used, and how many uses there were: the engine is told before it evicts. */
  let used: Entry[] = []
  let uses = 0
  let timer = 0
  /** What `mapOf` found. */
  let callKey: unknown

  function memoized(this: This): R {
    figures.calls++
    // Most calls end here. JavaScript engines make no object of arguments that are only read by index or passed on so.
    // An object is no key of this map.
    const fresh = !key && arguments.length < 2 && byKey.get(arguments[0])
    if (fresh && isFresh(fresh)) return hit(fresh)
    return find.apply(this, arguments as any)
  }

  function find(this: This, ...args: unknown[]): R {
    const map = mapOf(this, args)
    const entry = map.get(callKey)
    return entry ? (isFresh(entry) ? hit(entry) : lookUp(this, args, entry)) : miss(this, args, map, callKey)
  }

  /** Finds the key of a call, and the map that it belongs to. */
  function mapOf(self: unknown, args: unknown[]): Map<unknown, Entry> {
    const isHashed = !key && (args.length > 1 || isObject(args[0]))
    // Functions of the page may call this one, so this comes last.
    callKey = key ? key.apply(self, args as any) : isHashed ? hashArguments(args) : args[0]
    return isHashed ? byHash : byKey
  }

  function hit(entry: Entry): any {
    counts.hits++
    touch(entry)
    return entry.value
  }

  function isFresh({ since, until }: Entry): boolean {
    if (until === Infinity) return true
    const now = Date.now()
    return now >= since && now < until
  }

  /** With a bound, the engine has to know in which order results were used. */
  function touch(entry: Entry): void {
    if (!bounded) return
    if (!entry.use) used.push(entry)
    entry.use = ++uses
  }

  /** Tells the engine in which order results were used. */
  function tellUses(): void {
    for (const entry of used.sort((a, b) => a.use - b.use)) {
      entry.use = 0
      memo_lookup(id, entry.slot, -Infinity, stale)
    }
    used = []
  }

  function lookUp(self: This, args: unknown[], entry: Entry): any {
    const now = Date.now()
    const found = memo_lookup(id, entry.slot, monotonic(), stale)
    if (found === EXPIRED) {
      unlink(entry)
      return miss(self, args, entry.map, entry.key)
    }
    touch(entry)
    const { value } = entry
    if (found > 0) {
      counts.hits++
      entry.since = now
      entry.until = now + found
    } else if (found === PENDING) {
      counts.shared++
    } else {
      counts.staleServed++
      if (found === REVALIDATE) revalidate(entry, self, args)
    }
    return value
  }

  function miss(self: This, args: unknown[], map: Map<unknown, Entry>, key: unknown): any {
    figures.invocations++
    counts.misses++
    let value: any = fn.apply(self, args as any)
    // The function may have called itself with the same arguments.
    remove(map.get(key))
    id ||= own(memoized, list_release, list_create())
    tellUses()
    const slot = memo_add(id)
    const entry: Entry = { slot, since: 0, until: -Infinity, use: 0, value, key, map }
    map.set(key, entry)
    bySlot.set(slot, entry)
    for (let evicted; (evicted = memo_evict(id, bySlot.size, maxSize)) >= 0;) {
      counts.evictions++
      unlink(bySlot.get(evicted)!)
    }
    if (!isThenable(value)) {
      settled(entry, value)
    } else {
      entry.value = value = Promise.resolve(value).then(
        (value) => {
          settled(entry, entry.value)
          return value
        },
        (error) => {
          failed(entry)
          throw error
        },
      )
    }
    return value
  }

  function revalidate(entry: Entry, self: This, args: unknown[]): void {
    figures.invocations++
    try {
      let value: any = fn.apply(self, args as any)
      const renew = () => settled(entry, value)
      // A promise of it: query builders and the like run their query again with each `then`.
      if (isThenable(value)) (value = Promise.resolve(value)).then(renew, () => failed(entry))
      else renew()
    } catch {
      failed(entry)
    }
  }

  function isKept(entry: Entry): boolean {
    return entry.map.get(entry.key) === entry
  }

  function settled(entry: Entry, value: any): void {
    if (!isKept(entry)) return
    entry.value = value
    const wait = memo_settled(id, entry.slot, monotonic(), ttl, stale)
    timer ||= later(wait, weakly(expire), true)
  }

  function failed(entry: Entry): void {
    if (isKept(entry) && memo_failed(entry.slot)) unlink(entry)
  }

  function expire(): void {
    let next
    while ((next = memo_expired(id, monotonic(), stale)) < 0) unlink(bySlot.get(-next)!)
    timer = later(next, weakly(expire), true)
  }

  /** Removes an entry that the engine has removed already. */
  function unlink(entry: Entry): void {
    bySlot.delete(entry.slot)
    entry.map.delete(entry.key)
    // It may be among those used, and 0 is nobody's slot.
    entry.slot = entry.value = 0
  }

  function remove(entry: Entry | undefined): void {
    if (!entry) return
    memo_remove(entry.slot)
    unlink(entry)
  }

  memoized.clear = () => {
    if (id) memo_clear(id)
    timer = forget(timer)
    used = []
    for (const map of [byKey, byHash, bySlot]) map.clear()
  }
  memoized.delete = function (this: unknown, ...args: unknown[]) {
    const entry = mapOf(this, args).get(callKey)
    remove(entry)
    return !!entry
  }
  memoized.stats = () => ({ ...counts, size: bySlot.size })
  return memoized as Memoized<Args, R, This>
}

/**
 * Runs without keeping the memoized function alive, where there is `WeakRef`: workerd has it since a compatibility date of May 2025.
 * It is outside of `memoize` so that it closes over nothing there.
 */
function weakly(run: () => void): () => void {
  const weak = typeof WeakRef === 'function' && new WeakRef(run)
  return weak ? () => weak.deref()?.() : run
}

function isThenable(value: any): value is PromiseLike<any> {
  return typeof value?.then === 'function'
}
