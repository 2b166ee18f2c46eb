import {
  EVICTIONS,
  EXPIRED,
  HITS,
  MEMO,
  MISSES,
  REVALIDATE,
  SHARED,
  SIZE,
  STALE_SERVED,
} from '../boundary/timing.js'
import { keyOf } from './batch.js'
import { checkCount, checkDuration, checkFunction, isObject } from './checks.js'
import { hashArguments } from './hashArguments.js'
import { addWaiter, arm, releaseWhenCollected, start, type Waiter } from './host.js'
import type { Engine } from './wasm.js'

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
  // From `since` until `until`, calls are only counted. Both are compared, since the clock may be set back.
  since: number
  until: number
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
  checkFunction('memoize', fn)
  const { ttl = Infinity, maxSize = Infinity, staleWhileRevalidate = false } = options ?? {}
  const key: ((...args: Args) => unknown) | undefined = options?.key ?? keyOf(fn)
  checkDuration('ttl', ttl)
  checkCount('maxSize', maxSize, 1)
  if (key !== undefined) checkFunction('key: memoize', key)
  const stale = staleWhileRevalidate === true ? Infinity : staleWhileRevalidate || 0
  checkDuration('staleWhileRevalidate', stale)

  let engine: Engine | undefined
  let id = 0
  // Two maps, so that a hash never equals a string that is a key.
  const byKey = new Map<unknown, Entry>()
  const byHash = new Map<unknown, Entry>()
  const slots: (Entry | undefined)[] = []
  const bounded = maxSize !== Infinity
  let latest: Entry | undefined
  let unsynced = 0

  const waiter: Waiter = {
    sync,
    expired() {
      for (let slot; (slot = engine!.memo_expired(id, Date.now())) >= 0; ) unlink(slots[slot]!)
    },
  }

  function begin(): Engine {
    engine = start()
    id = engine.memo_create(ttl, stale, maxSize)
    releaseWhenCollected(memoized, MEMO, id, engine.memo_release)
    addWaiter(MEMO, id, weakWaiter(waiter))
    return engine
  }

  /** A single primitive is its own key. */
  function isHashed(args: Args): boolean {
    return !key && (args.length > 1 || isObject(args[0]))
  }

  function keyFor(self: unknown, args: Args): unknown {
    return key ? key.apply(self, args) : isHashed(args) ? hashArguments(args) : args[0]
  }

  function memoized(this: This, ...args: Args): R {
    const engine_ = engine ?? begin()
    const map = isHashed(args) ? byHash : byKey
    const callKey = keyFor(this, args)
    const entry = map.get(callKey)
    if (entry) {
      if (isCoalesced(entry)) {
        unsynced++
        // With a bound, the engine has to know which result was used last.
        if (bounded && entry !== latest) {
          latest = entry
          engine_.memo_touch(id, entry.slot)
        }
        return entry.value
      }
      sync()
      latest = entry
      const now = Date.now()
      const found = engine_.memo_lookup(id, entry.slot, now)
      const { value } = entry
      if (found === REVALIDATE) revalidate(entry, this, args)
      if (found !== EXPIRED) {
        entry.since = now
        entry.until = engine_.memo_until(id, entry.slot)
        return value
      }
      unlink(entry)
    }
    engine_.memo_miss(id)
    const value = fn.apply(this, args)
    // The function may have called itself with the same arguments.
    const inner = map.get(callKey)
    if (inner) remove(inner)
    return add({ slot: engine_.memo_add(id), since: -Infinity, until: -Infinity, value, key: callKey, map })
  }

  function isCoalesced({ since, until }: Entry): boolean {
    if (until === Infinity || until === -Infinity) return until > 0
    const now = Date.now()
    return now >= since && now < until
  }

  function sync(): void {
    if (unsynced > 0) engine!.memo_record(id, unsynced)
    unsynced = 0
  }

  function add(entry: Entry): any {
    entry.map.set(entry.key, entry)
    slots[entry.slot] = latest = entry
    for (let slot; (slot = engine!.memo_evict(id)) >= 0; ) unlink(slots[slot]!)
    if (!isThenable(entry.value)) {
      settled(entry)
    } else {
      entry.value = Promise.resolve(entry.value).then(
        (value) => {
          settled(entry)
          return value
        },
        (error) => {
          failed(entry)
          throw error
        },
      )
    }
    return entry.value
  }

  function revalidate(entry: Entry, self: This, args: Args): void {
    const replace = (value: any) => {
      if (slots[entry.slot] === entry) entry.value = value
      settled(entry)
    }
    try {
      const value: any = fn.apply(self, args)
      if (isThenable(value)) value.then(() => replace(value), () => failed(entry))
      else replace(value)
    } catch {
      failed(entry)
    }
  }

  function settled(entry: Entry): void {
    if (slots[entry.slot] === entry && engine!.memo_settled(id, entry.slot, Date.now())) arm(engine!)
  }

  function failed(entry: Entry): void {
    if (slots[entry.slot] === entry && engine!.memo_failed(id, entry.slot)) unlink(entry)
  }

  /** Removes an entry that the engine has removed already. */
  function unlink(entry: Entry): void {
    slots[entry.slot] = undefined
    entry.map.delete(entry.key)
  }

  function remove(entry: Entry): void {
    engine!.memo_remove(id, entry.slot)
    unlink(entry)
  }

  memoized.clear = () => {
    engine?.memo_clear(id)
    byKey.clear()
    byHash.clear()
    slots.length = 0
  }
  memoized.delete = function (this: unknown, ...args: Args) {
    const entry = (isHashed(args) ? byHash : byKey).get(keyFor(this, args))
    if (entry) remove(entry)
    return !!entry
  }
  memoized.stats = () => {
    sync()
    const stat = (which: number) => engine?.memo_stat(id, which) ?? 0
    return {
      hits: stat(HITS),
      misses: stat(MISSES),
      staleServed: stat(STALE_SERVED),
      shared: stat(SHARED),
      evictions: stat(EVICTIONS),
      size: stat(SIZE),
    }
  }
  return memoized
}

/** Waits without keeping the memoized function alive. It is outside of `memoize` so that it closes over nothing there. */
function weakWaiter(waiter: Waiter): Waiter {
  const weak = new WeakRef(waiter)
  return { expired: (detail) => weak.deref()?.expired(detail), sync: () => weak.deref()?.sync?.() }
}

function isThenable(value: any): value is PromiseLike<any> {
  return typeof value?.then === 'function'
}
