import { onAbort, reasonOf } from '../abort.js'
import { BATCH, FILLS, OPENS_TASK, OPENS_TIMER } from '../boundary/timing.js'
import { checkCount, checkFunction, checkSignal, checkDuration, isObject } from './checks.js'
import { abortError, deferred, promiseTry, rejectAborted, type Deferred } from './deferred.js'
import { addWaiter, arm, hold, releaseWhenCollected, removeWaiter, start } from './host.js'
import { scheduleTask } from './scheduleTask.js'
import type { Engine } from './wasm.js'

export interface BatchOptions<K> {
  /** A batch of this many items is dispatched at once. Default: no bound. */
  maxSize?: number
  /** A batch is dispatched this many ms after its first item. Default: 0, at the end of the task in which that came. */
  maxWait?: number
  /** The key of an item. Items of equal keys are requested once and share a promise. Default: the item itself. */
  key?: (item: K) => unknown
  /** When it is aborted, waiting items and later ones are rejected with its reason. */
  signal?: AbortSignal
}

/** Loads one item, together with others. */
export interface Batched<K, V> {
  (item: K): Promise<V>
  /** Dispatches the waiting items now. */
  flush(): void
  /** Rejects the waiting items with an `AbortError`. Batches that were dispatched go on. */
  cancel(): void
  /** The number of waiting items. */
  pending(): number
}

interface Item<K, V> extends Deferred<V> {
  item: K
}

/**
 * Returns a function that loads one item. Items that are requested together are loaded together: `fn` gets the items of a
 * batch, and returns their results in the same order. An `Error` in the results rejects that item. Results of another
 * length, or an exception, reject all items.
 */
export function batch<K, V>(
  fn: (items: K[]) => ArrayLike<V | Error> | PromiseLike<ArrayLike<V | Error>>,
  options?: BatchOptions<K>,
): Batched<K, V> {
  checkFunction('batch', fn)
  const { maxSize = Infinity, maxWait = 0, key, signal } = options ?? {}
  checkCount('maxSize', maxSize, 1)
  checkDuration('maxWait', maxWait)
  if (key !== undefined) checkFunction('key: batch', key)
  checkSignal(signal)

  let engine: Engine | undefined
  let id = 0
  /** The waiting items, by key. */
  let open: Map<unknown, Item<K, V>> | undefined
  const waiter = { expired: dispatch, lost: dispatch }
  let stopListening = () => {}

  function load(item: K): Promise<V> {
    if (signal?.aborted) return Promise.reject(reasonOf(signal))
    if (!engine) {
      engine = start()
      id = engine.batch_create(maxSize, maxWait)
      releaseWhenCollected(load, BATCH, id, engine.batch_release)
    }
    const itemKey = key ? key(item) : item
    const existing = open?.get(itemKey)
    if (existing) {
      engine.batch_share()
      return existing.promise
    }
    if (!open) {
      open = new Map()
      hold(1)
      stopListening = onAbort(signal, () => cancel(reasonOf(signal!)))
    }
    const added: Item<K, V> = { item, ...deferred<V>() }
    open.set(itemKey, added)
    const enqueued = engine.batch_enqueue(id, Date.now())
    if (enqueued === FILLS) {
      dispatch()
    } else if (enqueued === OPENS_TIMER) {
      addWaiter(BATCH, id, waiter)
      arm(engine)
    } else if (enqueued === OPENS_TASK) {
      const opened = open
      scheduleTask(() => {
        if (open === opened) load.flush()
      })
    }
    return added.promise
  }

  /** Removes and returns the waiting items. */
  function takeAll(): Item<K, V>[] {
    if (!open) return []
    const items = [...open.values()]
    open = undefined
    hold(-1)
    stopListening()
    removeWaiter(BATCH, id)
    return items
  }

  function dispatch(): void {
    void run(takeAll())
  }

  async function run(items: Item<K, V>[]): Promise<void> {
    try {
      const results = checked(await promiseTry(() => fn(items.map(({ item }) => item))), items.length)
      items.forEach(({ resolve, reject }, index) => {
        const result = results[index]
        if (isError(result)) reject(result)
        else resolve(result as V)
      })
    } catch (error) {
      for (const { reject } of items) reject(error)
    }
  }

  function cancel(reason: unknown): void {
    engine?.batch_close(id, 0)
    for (const item of takeAll()) rejectAborted(item, reason)
  }

  load.flush = () => {
    if (!open) return
    engine!.batch_close(id, 1)
    dispatch()
  }
  load.cancel = () => cancel(abortError('The batch was cancelled'))
  load.pending = () => open?.size ?? 0

  keyFunctions.set(load, key ?? ((item: K) => item))
  return load
}

const keyFunctions = new WeakMap<object, (...args: any[]) => unknown>()

/** The key function of a batched function; `undefined` if `fn` is not one. */
export function keyOf(fn: object): ((...args: any[]) => unknown) | undefined {
  return keyFunctions.get(fn)
}

/** Also for an error of another realm, such as an iframe. */
function isError(value: unknown): boolean {
  return value instanceof Error || /^\[object (Error|DOMException)\]$/.test(Object.prototype.toString.call(value))
}

function checked<T>(results: ArrayLike<T>, length: number): ArrayLike<T> {
  if (!isObject(results) || typeof results.length !== 'number') {
    throw new TypeError('A batched function must return an array of results, or a promise of one')
  }
  if (results.length !== length) {
    throw new TypeError(
      `A batched function must return a result for each item, in order: it got ${length} items and ` +
        `returned ${results.length} results. If an item has no result, put \`undefined\` or an Error in its place.`,
    )
  }
  return results
}
