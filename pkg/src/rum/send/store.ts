// Beacons that could not be sent, kept for later: in IndexedDB, or in memory where there is none.
import { KEPT_AGE, KEPT_BYTES, KEPT_COUNT } from '../../boundary/rum.js'
import { bytesOf } from '../text.js'
import type { Request } from './transport.js'

/** A request that waits. */
export interface Kept extends Request {
  /** Of the beacon: a server that sees it twice counts it once. */
  id: string
  /** When it was put aside, ms since the Unix epoch. */
  at: number
  /** How often it was tried. */
  tries: number
}

export interface Bounds {
  /** How many requests are kept. Default: 100. */
  count: number
  /** How many bytes of bodies. Default: 512 KiB. */
  bytes: number
  /** For how long, ms. Default: two days; the collector remembers ids for three. */
  age: number
}

export const bounds: Bounds = { count: KEPT_COUNT, bytes: KEPT_BYTES, age: KEPT_AGE }

const NAME = 'whippet-rum'
const TABLE = 'beacons'

type Entry = [key: number, kept: Kept]

export class Store {
  #database: Promise<IDBDatabase | undefined> | undefined
  /** In use where there is no database, the oldest first. Its keys are none that a database gives. */
  #memory = new Map<number, Kept>()
  #next = -1
  /** Counts calls of `clear`: what began before one is not kept after it. */
  #era = 0
  #ready = false

  constructor(private readonly bounds: Bounds) {}

  /** Whether the database is open: only then does a last-minute `put` reach it. */
  get ready(): boolean {
    return this.#ready
  }

  /** Keeps a request. Nothing is asked first: the page may be gone before there is an answer. */
  async put(kept: Kept): Promise<void> {
    const era = this.#era
    const database = await this.#open()
    const add = (table: IDBObjectStore, done: (isKept: boolean) => void) => {
      table.add(kept)
      done(true)
    }
    const isKept = database && (await transact<boolean>(database, add).catch(() => false))
    // No database, a full disk, a private window: memory will do.
    if (!isKept && era === this.#era) this.#memory.set(this.#next--, kept)
  }

  /** Drops the oldest of what is too many or too much; gives back how many that were. */
  async trim(): Promise<number> {
    const database = await this.#open()
    const gone = overflow([...this.#memory], this.bounds)
    for (const key of gone) this.#memory.delete(key)
    if (!database) return gone.length
    // A page that is closed meanwhile hears no answer, and a transaction that waits for one holds up the last beacon: so
    // this only looks, unless something must go.
    const look = (table: IDBObjectStore, done: (all: IDBRequest<Kept[]>) => void) => done(table.getAll())
    const all = (await transact<IDBRequest<Kept[]>>(database, look).catch(() => undefined))?.result ?? []
    if (!overflow(all.map((kept, place) => [place, kept]), this.bounds).length) return gone.length
    return transact<number>(database, (table, done) => {
      table.getAllKeys().onsuccess = (keys) => {
        table.getAll().onsuccess = (values) => {
          const old = overflow(pair(keys, values), this.bounds)
          for (const key of old) table.delete(key)
          done(gone.length + old.length)
        }
      }
    }).catch(() => gone.length)
  }

  /** The first of what is kept. */
  async first(): Promise<Entry | undefined> {
    const database = await this.#open()
    // What memory holds was put there since the database failed.
    const [inMemory] = this.#memory
    if (inMemory || !database) return inMemory
    const open = (table: IDBObjectStore, done: (cursor: IDBRequest<IDBCursorWithValue | null>) => void) => done(table.openCursor())
    const cursor = (await transact<IDBRequest<IDBCursorWithValue | null>>(database, open).catch(() => undefined))?.result
    return cursor ? [cursor.key as number, cursor.value as Kept] : undefined
  }

  /** Forgets one, or keeps it as one that was tried, behind the others if it is `last`; `false` where that failed. */
  async settle(key: number, again: Kept | undefined, last: boolean): Promise<boolean> {
    if (this.#memory.has(key)) {
      if (!again || last) this.#memory.delete(key)
      if (again) this.#memory.set(last ? this.#next-- : key, again)
      return true
    }
    const database = await this.#open()
    if (!database) return false
    return transact<boolean>(database, (table, done) => {
      // Another tab may have sent it meanwhile: then it does not come back.
      table.getKey(key).onsuccess = ({ target }) => {
        if ((target as IDBRequest).result !== undefined) {
          if (!again || last) table.delete(key)
          if (again) table.put(again, last ? undefined : key)
        }
        done(true)
      }
    }).catch(() => false)
  }

  /** Takes out what is in memory, which ends with the page. */
  takeMemory(): Kept[] {
    const kept = [...this.#memory.values()]
    this.#memory.clear()
    return kept
  }

  /** Deletes everything, also what other pages put there. */
  async clear(): Promise<void> {
    this.#era++
    this.#memory.clear()
    await this.close()
    try {
      // Other tabs close theirs when they are asked to.
      indexedDB.deleteDatabase(NAME)
    } catch {
      // There is none.
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
        request.onupgradeneeded = () => request.result.createObjectStore(TABLE, { autoIncrement: true })
        request.onerror = () => resolve(undefined)
        // Another tab holds an older version and does not let go.
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

/** Which of `entries`, the oldest first, are too many or too much. */
function overflow(entries: Entry[], { count, bytes }: Bounds): number[] {
  let room = bytes
  for (const [, { body }] of entries) room -= bytesOf(body)
  const gone: number[] = []
  for (const [key, { body }] of entries) {
    if (room >= 0 && entries.length - gone.length <= count) break
    gone.push(key)
    room += bytesOf(body)
  }
  return gone
}

function pair(keys: Event, values: Event): Entry[] {
  const kept = (values.target as IDBRequest<Kept[]>).result
  return (keys.target as IDBRequest<number[]>).result.map((key, place) => [key, kept[place]!])
}

/** Runs `work` in a transaction; the answer counts once that is committed. */
function transact<T>(
  database: IDBDatabase,
  work: (table: IDBObjectStore, done: (result: T) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(TABLE, 'readwrite')
    let result: T
    transaction.oncomplete = () => resolve(result)
    transaction.onerror = transaction.onabort = () => reject(transaction.error)
    work(transaction.objectStore(TABLE), (answer) => {
      result = answer
      // A page that is being closed does not wait for the transaction to end by itself.
      transaction.commit?.()
    })
  })
}
