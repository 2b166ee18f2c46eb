// Stores requests that failed, to be retried: in IndexedDB, or in memory where there is none.
import { KEPT_AGE, KEPT_BYTES, KEPT_COUNT } from '../../boundary/rum.js'
import { byteLength } from '../lib/format.js'
import { attempt } from '../lib/guard.js'
import type { Request } from './transport.js'

/** @internal */
export interface StoredRequest extends Request {
  /** The beacon's id: a server that gets it twice counts it once. */
  id: string
  /** When it was stored, ms since the Unix epoch. */
  at: number
  /** How often it was retried. */
  tries: number
}

export interface OutboxLimits {
  /** The maximum number of requests. Default: 100. */
  count: number
  /** The maximum of all bodies, in bytes. Default: 512 KiB. */
  bytes: number
  /** How long a request is stored, ms. Default: two days; the collector remembers ids for three. */
  age: number
}

/** @internal */
export const defaultLimits: OutboxLimits = { count: KEPT_COUNT, bytes: KEPT_BYTES, age: KEPT_AGE }

const NAME = 'whippet-rum'
const STORE = 'beacons'

type OutboxEntry = [key: number, request: StoredRequest]

/** @internal */
export interface Outbox {
  /** Whether the database is open. Only then does a `put` complete while the page is being closed. */
  isReady$(): boolean
  /** Stores a request, without reading first: the page may be closed before there is a result. */
  put$(request: StoredRequest): Promise<void>
  /** Drops the oldest requests beyond the limits; returns how many. */
  trim$(): Promise<number>
  /** The oldest request. */
  first$(): Promise<OutboxEntry | undefined>
  /** Deletes a request, or replaces it by `again`, behind all others if `last`. Returns `false` if that failed. */
  settle$(key: number, again: StoredRequest | undefined, last: boolean): Promise<boolean>
  /** Removes and returns the requests that are only in memory. */
  takeMemory$(): StoredRequest[]
  /** Deletes all requests, also those of other pages. */
  clear$(): Promise<void>
  close$(): Promise<void>
}

/** @internal */
export function createOutbox(limits: OutboxLimits): Outbox {
  let opening: Promise<IDBDatabase | undefined> | undefined
  let isReady = false
  /** Requests that the database did not take, oldest first. Negative keys, unlike those of the database. */
  const memory = new Map<number, StoredRequest>()
  let nextKey = -1
  /** Counts calls of `clear`. A `put` from an earlier epoch must store nothing. */
  let epoch = 0

  const forgetDatabase = () => {
    opening = undefined
    isReady = false
  }
  const open = () =>
    (opening ??= new Promise((resolve) => {
      const fail = () => resolve(undefined)
      attempt(() => {
        const request = indexedDB.open(NAME, 1)
        request.onupgradeneeded = () => request.result.createObjectStore(STORE, { autoIncrement: true })
        // Blocked while another tab keeps an older version open.
        request.onerror = request.onblocked = fail
        request.onsuccess = () => {
          const database = request.result
          database.onversionchange = database.onclose = () => {
            database.close()
            forgetDatabase()
          }
          isReady = true
          resolve(database)
        }
      }, fail)
    }))

  /**
   * Runs `work` in a transaction; resolves to what it passed to `done`, once the transaction is committed, or to `undefined`
   * if it failed or there is no database.
   */
  const transact = async <T>(work: (store: IDBObjectStore, done: (result: T) => void) => void): Promise<T | undefined> => {
    const database = await open()
    return (
      database &&
      new Promise((resolve) => {
        const fail = () => resolve(undefined)
        attempt(() => {
          const transaction = database.transaction(STORE, 'readwrite')
          transaction.onerror = transaction.onabort = fail
          work(transaction.objectStore(STORE), (result) => {
            transaction.oncomplete = () => resolve(result)
            // A page that is being closed does not wait for the automatic commit.
            transaction.commit?.()
          })
        }, fail)
      })
    )
  }
  /** The result of a request that needs a transaction of its own. */
  const read = async <T>(ask: (store: IDBObjectStore) => IDBRequest<T>) =>
    (await transact<IDBRequest<T>>((store, done) => done(ask(store))))?.result

  const close = async () => {
    const closing = opening
    forgetDatabase()
    ;(await closing)?.close()
  }
  return {
    isReady$: () => isReady,
    close$: close,
    async put$(request) {
      const before = epoch
      const isStored = await transact<boolean>((store, done) => {
        store.add(request)
        done(true)
      })
      // In memory if there is no database, the disk is full, or the window is private.
      if (!isStored && before === epoch) memory.set(nextKey--, request)
    },
    async trim$() {
      const dropped = overflow([...memory.values()], limits)
      for (const key of [...memory.keys()].slice(0, dropped)) memory.delete(key)
      // If the page is closed meanwhile, a transaction that waits for results would delay the last beacon. So this one only
      // reads, and another one deletes if that is necessary.
      const all = (await read<StoredRequest[]>((store) => store.getAll())) ?? []
      if (!overflow(all, limits)) return dropped
      const deleted = await transact<number>((store, done) => {
        const keys = store.getAllKeys()
        const requests = store.getAll()
        requests.onsuccess = () => {
          const old = keys.result.slice(0, overflow(requests.result, limits))
          for (const key of old) store.delete(key)
          done(old.length)
        }
      })
      return dropped + (deleted ?? 0)
    },
    async first$() {
      const cursor = await read((store) => store.openCursor())
      // Memory is only used if the database failed.
      const [inMemory] = memory
      return inMemory ?? (cursor ? [cursor.key as number, cursor.value as StoredRequest] : undefined)
    },
    async settle$(key, again, last) {
      if (memory.has(key)) {
        if (!again || last) memory.delete(key)
        if (again) memory.set(last ? nextKey-- : key, again)
        return true
      }
      const isDone = await transact<boolean>((store, done) => {
        // Another tab may have deleted it meanwhile. Then it must not be stored again.
        const known = store.getKey(key)
        known.onsuccess = () => {
          if (known.result !== undefined) {
            if (!again || last) store.delete(key)
            if (again) store.put(again, last ? undefined : key)
          }
          done(true)
        }
      })
      return !!isDone
    },
    takeMemory$() {
      const requests = [...memory.values()]
      memory.clear()
      return requests
    },
    async clear$() {
      epoch++
      memory.clear()
      await close()
      // Other tabs close their connections on `versionchange`.
      attempt(() => indexedDB.deleteDatabase(NAME))
    },
  }
}

/** How many of the oldest `requests` are beyond the limits. */
function overflow(requests: Request[], { count, bytes }: OutboxLimits): number {
  let room = bytes
  for (const { body } of requests) room -= byteLength(body)
  let dropped = 0
  for (const { body } of requests) {
    if (room >= 0 && requests.length - dropped <= count) break
    dropped++
    room += byteLength(body)
  }
  return dropped
}
