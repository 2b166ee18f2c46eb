import { keyOf } from './batch.js'
import { checkCount, checkFunction, checkSpan, isObject } from './checks.js'
import { arm, MEMO, releaseWhenCollected, start, wait, type Engine, type Waiting } from './host.js'
import { spell } from './spell.js'

export interface MemoizeOptions<Args extends unknown[] = unknown[]> {
  /** For so many ms from when it came, a result is fresh. Default: for ever. */
  ttl?: number
  /** No more than so many results are kept; the least recently used goes first. Default: no bound. */
  maxSize?: number
  /**
   * What tells calls apart. Default: a single primitive argument by identity, anything else by value: plain
   * objects, arrays and dates; other arguments are refused with a TypeError. A batched function's calls are told
   * apart as it does: by its own `key`, or by identity.
   */
  key?: (...args: Args) => unknown
  /**
   * For so many ms after `ttl`, an old result is served at once while a new one is fetched for later calls;
   * `true` is for ever. Default: `false`.
   */
  staleWhileRevalidate?: boolean | number
}

/** The figures of one memoized function. */
export interface MemoizeStats {
  /** Calls that found a fresh result. */
  hits: number
  /** Calls for which the function ran. */
  misses: number
  /** Calls that got an old result while a new one was fetched. */
  staleServed: number
  /** Calls that shared the promise of one under way. */
  shared: number
  /** Results that went because there were more than `maxSize`. */
  evictions: number
  /** How many results are kept, those under way included. */
  size: number
}

export interface Memoized<Args extends unknown[], R, This = unknown> {
  (this: This, ...args: Args): R
  /** Forgets all results. */
  clear(): void
  /** Forgets the result for these arguments; `false` where there is none. */
  delete(...args: Args): boolean
  stats(): MemoizeStats
}

// What a lookup found: see crates/npm/src/timing/memos.rs.
const REFRESH = 2
const GONE = 3

interface Entry {
  slot: number
  // From `since` until `quiet`, calls are only counted: by the clock, which may be set back.
  since: number
  quiet: number
  value: any
  name: unknown
  home: Map<unknown, Entry>
}

/**
 * A function that remembers results. Calls that come while a promise is pending share it; what is rejected,
 * or thrown, is not kept.
 */
export function memoize<Args extends unknown[], R, This = unknown>(
  fn: (this: This, ...args: Args) => R,
  options?: MemoizeOptions<NoInfer<Args>>,
): Memoized<Args, R, This> {
  checkFunction('memoize', fn)
  const { ttl = Infinity, maxSize = Infinity, staleWhileRevalidate = false } = options ?? {}
  const key: ((...args: Args) => unknown) | undefined = options?.key ?? keyOf(fn)
  checkSpan('ttl', ttl)
  checkCount('maxSize', maxSize, 1)
  if (key !== undefined) checkFunction('key: memoize', key)
  const stale = staleWhileRevalidate === true ? Infinity : staleWhileRevalidate || 0
  checkSpan('staleWhileRevalidate', stale)

  let engine: Engine | undefined
  let id = 0
  // A text that spells arguments is never taken for an argument.
  const named = new Map<unknown, Entry>()
  const spelled = new Map<unknown, Entry>()
  const slots: (Entry | undefined)[] = []
  const bounded = maxSize !== Infinity
  let latest: Entry | undefined
  let untold = 0

  const waiting: Waiting = {
    tell,
    due() {
      for (let slot; (slot = engine!.memo_expired(id, Date.now())) >= 0; ) forget(slots[slot]!)
    },
  }

  function begin(): Engine {
    engine = start()
    id = engine.memo_create(ttl, stale, maxSize)
    releaseWhenCollected(memoized, MEMO, id, engine.memo_release)
    wait(MEMO, id, weakly(waiting))
    return engine
  }

  /** A single primitive is known by itself. */
  function isSpelled(args: Args): boolean {
    return !key && (args.length > 1 || isObject(args[0]))
  }

  function nameOf(self: unknown, args: Args): unknown {
    return key ? key.apply(self, args) : isSpelled(args) ? spell(args) : args[0]
  }

  function memoized(this: This, ...args: Args): R {
    const engine_ = engine ?? begin()
    const home = isSpelled(args) ? spelled : named
    const name = nameOf(this, args)
    const entry = home.get(name)
    if (entry) {
      if (isQuiet(entry)) {
        untold++
        // With a bound, the engine has to hear which one was used last.
        if (bounded && entry !== latest) {
          latest = entry
          engine_.memo_touch(id, entry.slot)
        }
        return entry.value
      }
      tell()
      latest = entry
      const now = Date.now()
      const found = engine_.memo_look(id, entry.slot, now)
      const { value } = entry
      if (found === REFRESH) refresh(entry, this, args)
      if (found !== GONE) {
        entry.since = now
        entry.quiet = engine_.memo_quiet(id, entry.slot)
        return value
      }
      forget(entry)
    }
    engine_.memo_miss(id)
    const value = fn.apply(this, args)
    // The function may have called itself.
    const meanwhile = home.get(name)
    if (meanwhile) remove(meanwhile)
    return keep({ slot: engine_.memo_add(id), since: -Infinity, quiet: -Infinity, value, name, home })
  }

  function isQuiet({ since, quiet }: Entry): boolean {
    if (quiet === Infinity || quiet === -Infinity) return quiet > 0
    const now = Date.now()
    return now >= since && now < quiet
  }

  function tell(): void {
    if (untold > 0) engine!.memo_note(id, untold)
    untold = 0
  }

  function keep(entry: Entry): any {
    entry.home.set(entry.name, entry)
    slots[entry.slot] = latest = entry
    for (let slot; (slot = engine!.memo_overflow(id)) >= 0; ) forget(slots[slot]!)
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

  function refresh(entry: Entry, self: This, args: Args): void {
    const take = (value: any) => {
      if (slots[entry.slot] === entry) entry.value = value
      settled(entry)
    }
    try {
      const value: any = fn.apply(self, args)
      if (isThenable(value)) value.then(() => take(value), () => failed(entry))
      else take(value)
    } catch {
      failed(entry)
    }
  }

  function settled(entry: Entry): void {
    if (slots[entry.slot] === entry && engine!.memo_settled(id, entry.slot, Date.now())) arm(engine!)
  }

  function failed(entry: Entry): void {
    if (slots[entry.slot] === entry && engine!.memo_failed(id, entry.slot)) forget(entry)
  }

  /** The engine forgot it already. */
  function forget(entry: Entry): void {
    slots[entry.slot] = undefined
    entry.home.delete(entry.name)
  }

  function remove(entry: Entry): void {
    engine!.memo_remove(id, entry.slot)
    forget(entry)
  }

  memoized.clear = () => {
    engine?.memo_clear(id)
    named.clear()
    spelled.clear()
    slots.length = 0
  }
  memoized.delete = function (this: unknown, ...args: Args) {
    const entry = (isSpelled(args) ? spelled : named).get(nameOf(this, args))
    if (entry) remove(entry)
    return !!entry
  }
  memoized.stats = () => {
    tell()
    const stat = (which: number) => engine?.memo_stat(id, which) ?? 0
    return {
      hits: stat(0),
      misses: stat(1),
      staleServed: stat(2),
      shared: stat(3),
      evictions: stat(4),
      size: stat(5),
    }
  }
  return memoized
}

/** What is kept must not keep the function; so this is no closure of it either. */
function weakly(waiting: Waiting): Waiting {
  const weak = new WeakRef(waiting)
  return { due: (detail) => weak.deref()?.due(detail), tell: () => weak.deref()?.tell?.() }
}

function isThenable(value: any): value is PromiseLike<any> {
  return typeof value?.then === 'function'
}
