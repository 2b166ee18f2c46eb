import { onAbort, reasonOf } from '../abort.js'
import { checkCount, checkFunction, checkSignal, checkSpan, isObject } from './checks.js'
import { abortError, deferred, giveUp, promised, type Deferred } from './deferred.js'
import { arm, BATCH, hold, releaseWhenCollected, start, wait, waitNoMore, type Engine } from './host.js'
import { afterTurn } from './turn.js'

export interface BatchOptions<K> {
  /** With so many items a batch goes at once. Default: no bound. */
  maxSize?: number
  /** So many ms after its first item a batch goes. Default: 0, at the end of the turn in which that came. */
  maxWait?: number
  /** What tells items apart; equal ones share a place and a promise. Default: the item, by identity. */
  key?: (item: K) => unknown
  /** Once aborted, items that wait and later ones are rejected with its reason. */
  signal?: AbortSignal
}

/** A function of one item, behind which there is one of many. */
export interface Batched<K, V> {
  (item: K): Promise<V>
  /** Fetches now what waits. */
  flush(): void
  /** Gives up what waits: rejected with an `AbortError`. Batches that went are not touched. */
  cancel(): void
  /** How many items wait. */
  pending(): number
}

// What an item does to the batch: see crates/npm/src/timing/batches.rs.
const OPENS_TURN = 1
const OPENS = 2
const GOES = 3

interface Item<K, V> extends Deferred<V> {
  item: K
}

/**
 * A function that fetches items one by one, and does it together: `fn` gets the items of a batch, in order,
 * and gives their results in the same order. An `Error` in a place rejects that item; a result of another
 * length, or a throw, rejects them all.
 */
export function batch<K, V>(
  fn: (items: K[]) => ArrayLike<V | Error> | PromiseLike<ArrayLike<V | Error>>,
  options?: BatchOptions<K>,
): Batched<K, V> {
  checkFunction('batch', fn)
  const { maxSize = Infinity, maxWait = 0, key, signal } = options ?? {}
  checkCount('maxSize', maxSize, 1)
  checkSpan('maxWait', maxWait)
  if (key !== undefined) checkFunction('key: batch', key)
  checkSignal(signal)

  let engine: Engine | undefined
  let id = 0
  /** Those that wait, by key. */
  let open: Map<unknown, Item<K, V>> | undefined
  const waiting = { due: go, broke: go }
  let deafen = () => {}

  function load(item: K): Promise<V> {
    if (signal?.aborted) return Promise.reject(reasonOf(signal))
    if (!engine) {
      engine = start()
      id = engine.batch_create(maxSize, maxWait)
      releaseWhenCollected(load, BATCH, id, engine.batch_release)
    }
    const name = key ? key(item) : item
    const known = open?.get(name)
    if (known) {
      engine.batch_share()
      return known.promise
    }
    if (!open) {
      open = new Map()
      hold(1)
      deafen = onAbort(signal, () => drop(reasonOf(signal!)))
    }
    const made: Item<K, V> = { item, ...deferred<V>() }
    open.set(name, made)
    const joined = engine.batch_join(id, Date.now())
    if (joined === GOES) {
      go()
    } else if (joined === OPENS) {
      wait(BATCH, id, waiting)
      arm(engine)
    } else if (joined === OPENS_TURN) {
      const opened = open
      afterTurn(() => {
        if (open === opened) load.flush()
      })
    }
    return made.promise
  }

  /** Those that wait, who wait no more. */
  function take(): Item<K, V>[] {
    if (!open) return []
    const items = [...open.values()]
    open = undefined
    hold(-1)
    deafen()
    waitNoMore(BATCH, id)
    return items
  }

  function go(): void {
    void fetch(take())
  }

  async function fetch(items: Item<K, V>[]): Promise<void> {
    try {
      const results = checked(await promised(() => fn(items.map(({ item }) => item))), items.length)
      items.forEach(({ resolve, reject }, at) => {
        const result = results[at]
        if (isError(result)) reject(result)
        else resolve(result as V)
      })
    } catch (error) {
      for (const { reject } of items) reject(error)
    }
  }

  function drop(reason: unknown): void {
    engine?.batch_close(id, false)
    for (const item of take()) giveUp(item, reason)
  }

  load.flush = () => {
    if (!open) return
    engine!.batch_close(id, true)
    go()
  }
  load.cancel = () => drop(abortError('The batch was cancelled'))
  load.pending = () => open?.size ?? 0

  keys.set(load, key ?? ((item: K) => item))
  return load
}

const keys = new WeakMap<object, (...args: any[]) => unknown>()

/** What tells the items of a batched function apart; `undefined` where `fn` is none. */
export function keyOf(fn: object): ((...args: any[]) => unknown) | undefined {
  return keys.get(fn)
}

/** Also one of another realm, as of an iframe. */
function isError(value: unknown): boolean {
  return value instanceof Error || /^\[object (Error|DOMException)\]$/.test(Object.prototype.toString.call(value))
}

function checked<T>(results: ArrayLike<T>, length: number): ArrayLike<T> {
  if (!isObject(results) || typeof results.length !== 'number') {
    throw new TypeError('A batched function must give an array of results, or a promise of one')
  }
  if (results.length !== length) {
    throw new TypeError(
      `A batched function must give a result for each item, in order: it was given ${length} items and ` +
        `gave ${results.length} results. Where there is none, put \`undefined\` or an Error in its place.`,
    )
  }
  return results
}
