// Stores requests that failed, to be retried: in IndexedDB, or in memory where there is none.
import { KEPT_AGE, KEPT_BYTES, KEPT_COUNT } from '../../boundary/rum.js'
import { byteLength } from '../lib/format.js'
import type { Request } from './transport.js'

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

export const defaultLimits: OutboxLimits = { count: KEPT_COUNT, bytes: KEPT_BYTES, age: KEPT_AGE }

const NAME = 'whippet-rum'
const STORE = 'beacons'

type OutboxEntry = [key: number, request: StoredRequest]

export class Outbox {
  #database: Promise<IDBDatabase | undefined> | undefined
  /** Requests that the database did not take, oldest first. Negative keys, unlike those of the database. */
  #memory = new Map<number, StoredRequest>()
  #nextKey = -1
  /** Counts calls of `clear`. A `put` from an earlier epoch must store nothing. */
  #epoch = 0
  #ready = false

  constructor(private readonly limits: OutboxLimits) {}

  /** Whether the database is open. Only then does a `put` complete while the page is being closed. */
  get ready(): boolean {
    return this.#ready
  }

  /** Stores a request, without reading first: the page may be closed before there is a result. */
  async put(request: StoredRequest): Promise<void> {
    const epoch = this.#epoch
    const database = await this.#open()
    const add = (store: IDBObjectStore, done: (isStored: boolean) => void) => {
      store.add(request)
      done(true)
    }
    const isStored = database && (await transact<boolean>(database, add).catch(() => false))
    // In memory if there is no database, the disk is full, or the window is private.
    if (!isStored && epoch === this.#epoch) this.#memory.set(this.#nextKey--, request)
  }

  /** Drops the oldest requests beyond the limits; returns how many. */
  async trim(): Promise<number> {
    const database = await this.#open()
    const dropped = overflow([...this.#memory], this.limits)
    for (const key of dropped) this.#memory.delete(key)
    if (!database) return dropped.length
    // If the page is closed meanwhile, a transaction that waits for results would delay the last beacon. So this one only
    // reads, and another one deletes if that is necessary.
    const readAll = (store: IDBObjectStore, done: (all: IDBRequest<StoredRequest[]>) => void) => done(store.getAll())
    const all = (await transact<IDBRequest<StoredRequest[]>>(database, readAll).catch(() => undefined))?.result ?? []
    if (!overflow(all.map((request, place) => [place, request]), this.limits).length) return dropped.length
    return transact<number>(database, (store, done) => {
      store.getAllKeys().onsuccess = (keys) => {
        store.getAll().onsuccess = (values) => {
          const old = overflow(pair(keys, values), this.limits)
          for (const key of old) store.delete(key)
          done(dropped.length + old.length)
        }
      }
    }).catch(() => dropped.length)
  }

  /** The oldest request. */
  async first(): Promise<OutboxEntry | undefined> {
    const database = await this.#open()
    // Memory is only used if the database failed.
    const [inMemory] = this.#memory
    if (inMemory || !database) return inMemory
    const open = (store: IDBObjectStore, done: (cursor: IDBRequest<IDBCursorWithValue | null>) => void) => done(store.openCursor())
    const cursor = (await transact<IDBRequest<IDBCursorWithValue | null>>(database, open).catch(() => undefined))?.result
    return cursor ? [cursor.key as number, cursor.value as StoredRequest] : undefined
  }

  /** Deletes a request, or replaces it by `again`, behind all others if `last`. Returns `false` if that failed. */
  async settle(key: number, again: StoredRequest | undefined, last: boolean): Promise<boolean> {
    if (this.#memory.has(key)) {
      if (!again || last) this.#memory.delete(key)
      if (again) this.#memory.set(last ? this.#nextKey-- : key, again)
      return true
    }
    const database = await this.#open()
    if (!database) return false
    return transact<boolean>(database, (store, done) => {
      // Another tab may have deleted it meanwhile. Then it must not be stored again.
      store.getKey(key).onsuccess = ({ target }) => {
        if ((target as IDBRequest).result !== undefined) {
          if (!again || last) store.delete(key)
          if (again) store.put(again, last ? undefined : key)
        }
        done(true)
      }
    }).catch(() => false)
  }

  /** Removes and returns the requests that are only in memory. */
  takeMemory(): StoredRequest[] {
    const requests = [...this.#memory.values()]
    this.#memory.clear()
    return requests
  }

  /** Deletes all requests, also those of other pages. */
  async clear(): Promise<void> {
    this.#epoch++
    this.#memory.clear()
    await this.close()
    try {
      // Other tabs close their connections on `versionchange`.
      indexedDB.deleteDatabase(NAME)
    } catch {
      // There is no IndexedDB.
    }
  }

  async close(): Promise<void> {
    const database = this.#database
    this.#database = undefined
    this.#ready = false
    ;(await database)?.close()
  }

  #open(): Promise<IDBDatabase | undefined> {
    return (this.#database ??= new Promise((resolve) => {
      try {
        const request = indexedDB.open(NAME, 1)
        request.onupgradeneeded = () => request.result.createObjectStore(STORE, { autoIncrement: true })
        request.onerror = () => resolve(undefined)
        // Another tab keeps an older version open.
        request.onblocked = () => resolve(undefined)
        request.onsuccess = () => {
          const database = request.result
          const close = () => {
            database.close()
            this.#database = undefined
            this.#ready = false
          }
          database.onversionchange = close
          database.onclose = close
          this.#ready = true
          resolve(database)
        }
      } catch {
        resolve(undefined)
      }
    }))
  }
}

/** The keys of the oldest `entries` beyond the limits. */
function overflow(entries: OutboxEntry[], { count, bytes }: OutboxLimits): number[] {
  let room = bytes
  for (const [, { body }] of entries) room -= byteLength(body)
  const dropped: number[] = []
  for (const [key, { body }] of entries) {
    if (room >= 0 && entries.length - dropped.length <= count) break
    dropped.push(key)
    room += byteLength(body)
  }
  return dropped
}

function pair(keys: Event, values: Event): OutboxEntry[] {
  const requests = (values.target as IDBRequest<StoredRequest[]>).result
  return (keys.target as IDBRequest<number[]>).result.map((key, place) => [key, requests[place]!])
}

/** Runs `work` in a transaction; resolves to its result once the transaction is committed. */
function transact<T>(
  database: IDBDatabase,
  work: (store: IDBObjectStore, done: (result: T) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(STORE, 'readwrite')
    let result: T
    transaction.oncomplete = () => resolve(result)
    transaction.onerror = transaction.onabort = () => reject(transaction.error)
    work(transaction.objectStore(STORE), (answer) => {
      result = answer
      // A page that is being closed does not wait for the automatic commit.
      transaction.commit?.()
    })
  })
}
