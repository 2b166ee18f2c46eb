import { onAbort, reasonOf } from '../abort.js'
import { FILLS, OPENS_TASK, OPENS_TIMER } from '../boundary/timing.js'
import { batch_enqueue } from '../rules/timing.js'
import { checkCount, checkFunction, checkSignal, checkDuration, isObject } from './checks.js'
import { abortError, deferred, promiseTry, rejectAborted, type Deferred } from './deferred.js'
import { figures } from './figures.js'
import { forget, hold, later } from './host.js'
import { setKey } from './keyOf.js'
import { scheduleTask } from './scheduleTask.js'

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
  checkFunction(fn)
  const { maxSize = Infinity, maxWait = 0, key, signal } = options ?? {}
  checkCount('maxSize', maxSize, 1)
  checkDuration('maxWait', maxWait)
  if (key !== undefined) checkFunction(key, 'key')
  checkSignal(signal)

  /** The waiting items, by key. */
  let open: Map<unknown, Item<K, V>> | undefined
  let timer = 0
  let stopListening = () => {}

  function load(item: K): Promise<V> {
    if (signal?.aborted) return rejectAborted(deferred(), reasonOf(signal))
    figures.calls++
    const itemKey = key ? key(item) : item
    const existing = open?.get(itemKey)
    if (existing) return existing.promise
    if (!open) {
      open = new Map()
      hold(1)
      stopListening = onAbort(signal, () => cancel(reasonOf(signal!)))
    }
    const opened = open
    const added: Item<K, V> = { item, ...deferred<V>() }
    opened.set(itemKey, added)
    const enqueued = batch_enqueue(opened.size, maxSize, maxWait)
    if (enqueued === FILLS) dispatch()
    if (enqueued === OPENS_TIMER) timer = later(maxWait, dispatch)
    if (enqueued === OPENS_TASK) {
      scheduleTask(() => {
        if (open === opened) dispatch()
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
    timer = forget(timer)
    return items
  }

  function dispatch(): void {
    if (open) void run(takeAll())
  }

  async function run(items: Item<K, V>[]): Promise<void> {
    figures.invocations++
    try {
      const results = checked(await promiseTry(fn, undefined, [items.map(({ item }) => item)]), items.length)
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
    for (const item of takeAll()) rejectAborted(item, reason)
  }

  load.flush = dispatch
  load.cancel = () => cancel(abortError())
  load.pending = () => open?.size ?? 0

  setKey(load, key ?? ((item: K) => item))
  return load
}

/** Also for an error of another realm, such as an iframe. */
function isError(value: unknown): boolean {
  return value instanceof Error || /^\[object (Error|DOMException)\]$/.test({}.toString.call(value))
}

function checked<T>(results: ArrayLike<T>, length: number): ArrayLike<T> {
  const count = isObject(results) ? results.length : 'no'
  if (count === length) return results
  throw new TypeError(`fn must return an array: it got ${length} items and returned ${count} results`)
}
