// Replaces the functions that a page sends with, and its long timers, which fire when a test calls `fire`. IndexedDB is real.
let world

const NAME = 'whippet-rum'
const { setTimeout: wait } = window
const pause = (ms) => new Promise((done) => wait.call(window, done, ms))

function request(work) {
  return new Promise((resolve, reject) => {
    const asked = work()
    asked.onsuccess = () => resolve(asked.result)
    asked.onerror = asked.onblocked = () => reject(asked.error ?? new Error('blocked'))
  })
}

async function withTable(work) {
  const asked = indexedDB.open(NAME, 1)
  asked.onupgradeneeded = () => asked.result.createObjectStore('beacons', { autoIncrement: true })
  const database = await request(() => asked)
  const result = await request(() => work(database.transaction('beacons', 'readwrite').objectStore('beacons')))
  database.close()
  return result
}

export async function begin() {
  // Removes what a failed test left behind.
  if (world) end()
  const { fetch, fetchLater, setTimeout, clearTimeout } = window
  const real = { fetch, fetchLater, setTimeout, clearTimeout }
  // Requests of a page of an earlier test are ignored.
  const own = (world = { real, out: [], timers: new Map(), answer: { status: 204 } })
  await request(() => indexedDB.deleteDatabase(NAME))
  sessionStorage.removeItem('whippet.pause')
  window.fetch = (url, init) => {
    const { signal, body, headers, ...rest } = init
    const zipped = body instanceof ArrayBuffer ? body : undefined
    const how = { by: 'fetch', url: url.replace(location.origin, ''), body, type: headers['content-type'], headers, ...rest }
    own.out.push(zipped ? { ...how, body: '', bytes: zipped.byteLength } : how)
    own.zipped = zipped
    const { status, retryAfter, hangs, takes } = own.answer
    return new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => {
        own.out.push({ by: 'abort' })
        reject(signal.reason)
      })
      if (hangs) return
      if (!status) return reject(new TypeError('no network'))
      const more = { ...(retryAfter && { 'retry-after': retryAfter }), ...(takes && { 'accept-encoding': takes }) }
      resolve(new Response(null, { status, headers: more }))
    })
  }
  window.fetchLater = undefined
  navigator.sendBeacon = (url, body) => {
    own.out.push({ by: 'sendBeacon', url: url.replace(location.origin, ''), body })
    return true
  }
  window.setTimeout = (callback, ms, ...more) => {
    if (!(ms >= 500)) return real.setTimeout.call(window, callback, ms, ...more)
    const id = real.setTimeout.call(window, () => {}, 0) + 1e6
    own.timers.set(id, { callback, ms })
    return id
  }
  window.clearTimeout = (id) => own.timers.delete(id) || real.clearTimeout.call(window, id)
}

export function end() {
  const { fetch, fetchLater, setTimeout, clearTimeout } = world.real
  Object.assign(window, { fetch, setTimeout, clearTimeout })
  if (fetchLater) window.fetchLater = fetchLater
  else delete window.fetchLater
  delete navigator.sendBeacon
  delete navigator.onLine
  if (world.database) Object.defineProperty(window, 'indexedDB', world.database)
  world = undefined
}

/** Sets the response to later requests. A status of 0 is a network error; below 0 there is no response. */
export function answer(status, retryAfter) {
  world.answer = { ...world.answer, status, retryAfter, hangs: status < 0 }
}
/** Sets the `Accept-Encoding` of later responses. */
export const takes = (encodings) => (world.answer.takes = encodings)

/** The text of the last body that was compressed. */
export const unzipped = () => new Response(new Blob([world.zipped]).stream().pipeThrough(new DecompressionStream('gzip'))).text()

/** Compression takes longer than it takes to hide the page. */
export const slowly = (is) => {
  if (is) world.compression = window.CompressionStream
  window.CompressionStream = is
    ? class extends TransformStream {
        constructor() {
          super({ transform: () => new Promise(() => {}) })
        }
      }
    : world.compression
}

/** Sets what `fetchLater` and `sendBeacon` do with a request: `taken`, `refused`, `throws`, or `missing` without the function. */
export function exits(fetchLater, sendBeacon) {
  const own = world
  const way = (by, how) =>
    how === 'missing'
      ? undefined
      : (url, init) => {
          const { body, headers, activateAfter: after } = typeof init === 'string' ? { body: init } : init
          own.out.push({ by, url: url.replace(location.origin, ''), body, type: headers?.['content-type'], after })
          if (how === 'throws') throw new DOMException('too much', 'QuotaExceededError')
          return how === 'taken' && (by === 'fetchLater' ? { activated: false } : true)
        }
  window.fetchLater = way('fetchLater', fetchLater)
  navigator.sendBeacon = way('sendBeacon', sendBeacon)
}

export const online = (is) => {
  Object.defineProperty(navigator, 'onLine', { configurable: true, value: is })
  if (is) dispatchEvent(new Event('online'))
}
export function withoutDatabase() {
  world.database = Object.getOwnPropertyDescriptor(window, 'indexedDB')
  const get = () => {
    throw new DOMException('forbidden', 'SecurityError')
  }
  Object.defineProperty(window, 'indexedDB', { configurable: true, get })
}
/** Holds back all locks until the returned function is called. */
export function holdLocks() {
  const { promise, resolve } = Promise.withResolvers()
  navigator.locks.request = async (...args) => {
    await promise
    delete navigator.locks.request
    return navigator.locks.request(...args)
  }
  return resolve
}
export const leave = () => dispatchEvent(new Event('pagehide'))
export const stored = (key) => sessionStorage.getItem(key)
export const store = (key, value) => sessionStorage.setItem(key, value)

/** The requests since the last call, as JSON. */
export const out = () => world.out.splice(0).map((request) => JSON.stringify(request))

/** Waits for `count` requests; fails if they are not sent. */
export async function sent(count) {
  for (let i = 0; world.out.length < count; i++) {
    if (i > 500) throw new Error(`${world.out.length} of ${count} requests were sent: ${JSON.stringify(world.out)}`)
    await pause(4)
  }
}

/** Waits until no work is pending in the page. */
export async function rest() {
  for (let i = 0; i < 10; i++) await pause(4)
}

/** Waits for `count` tasks of the event loop. */
export async function turns(count) {
  for (let i = 0; i < count; i++) {
    await new Promise((next) => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = next
      port2.postMessage(undefined)
    })
  }
}

/** Fires all timers of at least `ms` and less than `below`. */
export function fire(ms, below) {
  let fired = 0
  for (const [id, timer] of world.timers) {
    if (timer.ms < ms || timer.ms >= below) continue
    world.timers.delete(id)
    timer.callback()
    fired++
  }
  return fired
}

/** Waits for `count` kept requests; returns them as JSON. */
export async function kept(count) {
  let all
  for (let i = 0; i < 500; i++) {
    all = await withTable((table) => table.getAll())
    if (all.length === count) return all.map((one) => JSON.stringify(one))
    await pause(4)
  }
  throw new Error(`${count} kept requests expected: ${JSON.stringify(all)}`)
}

/** Stores a request as the npm package does. */
export const keep = (json) => withTable((table) => table.add(JSON.parse(json)))

/** Whether there is a database. */
export const hasDatabase = async () => (await indexedDB.databases()).some(({ name }) => name === NAME)

/** Waits until there is no database, and none is created. */
export async function gone() {
  for (let i = 0, without = 0; without < 20; i++) {
    // A database that is being opened is deleted once it is open.
    without = (await hasDatabase()) ? 0 : without + 1
    if (i > 750) throw new Error(`the database was not deleted: ${JSON.stringify(await withTable((table) => table.getAll()))}`)
    await pause(4)
  }
}

/** Waits until no tab sends kept requests. */
export async function drained() {
  for (let i = 0; i < 500; i++) {
    await pause(4)
    const { held, pending } = await navigator.locks.query()
    if (![...held, ...pending].some(({ name }) => name === NAME)) return
  }
  throw new Error('kept requests are still being sent')
}

let release
/** Takes the lock, as a tab that sends kept requests. */
export const lock = () =>
  new Promise((locked) => {
    navigator.locks.request('whippet-rum', () => {
      locked()
      return new Promise((done) => (release = done))
    })
  })
export const unlock = async () => {
  release()
  await pause(4)
}

export const wrapFetch = () => {
  window.fetch = () => {
    world.out.push({ by: 'a wrapper' })
    return Promise.reject(new Error('measured'))
  }
}
