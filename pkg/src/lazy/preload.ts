// What will be needed soon, while nothing else is to be done. No wasm comes along.

/** Something to load ahead: a function that does so, or an address. */
export type PreloadWhat = (() => unknown) | string

/** With a priority, higher ones go first; without, it is 0. */
export type PreloadItem = PreloadWhat | { load: PreloadWhat; priority?: number }

export interface Preload {
  /** Adds to what waits. */
  add(...items: PreloadItem[]): void
  /** Forgets what waits. What is under way goes on. */
  cancel(): void
  /** When nothing waits any more. What failed is left to whoever needs it. */
  done: Promise<void>
}

interface Connection {
  effectiveType?: string
  saveData?: boolean
}

/**
 * Loads `items` one after another while the browser is idle, those of high priority first. Addresses go into the
 * browser's cache (`<link rel="prefetch">`). With Save-Data, or on 2g, nothing is loaded ahead.
 *
 * Throws a `TypeError` where an item is neither a function nor an address.
 */
export function preload(items: Iterable<PreloadItem> = []): Preload {
  const waiting: { load: PreloadWhat; priority: number }[] = []
  let running = false
  let resolve: () => void
  const queue: Preload = { add, cancel: () => void (waiting.length = 0), done: Promise.resolve() }

  function add(...added: PreloadItem[]): void {
    for (const item of added) {
      const { load, priority = 0 } = typeof item === 'object' && item ? item : { load: item }
      if (typeof load !== 'function' && typeof load !== 'string') {
        throw new TypeError("whippet: preload() takes functions, as () => import('./x.js'), and addresses, not " + load)
      }
      // Behind all that are as urgent.
      let place = waiting.length
      while (place > 0 && waiting[place - 1]!.priority < priority) place--
      waiting.splice(place, 0, { load, priority })
    }
    if (running || waiting.length === 0) return
    running = true
    queue.done = new Promise((done) => (resolve = done))
    next()
  }

  function next(): void {
    if (waiting.length > 0 && !isSparing()) return whenIdle(run)
    waiting.length = 0
    running = false
    resolve()
  }

  async function run(): Promise<void> {
    // It may have been cancelled since.
    const load = waiting.shift()?.load
    try {
      await (typeof load === 'string' ? prefetch(load) : load?.())
    } catch {
      // Whoever needs it will see why.
    }
    next()
  }

  add(...items)
  return queue
}

function isSparing(): boolean {
  const { connection } = (globalThis.navigator ?? {}) as { connection?: Connection }
  return !!connection?.saveData || !!connection?.effectiveType?.endsWith('2g')
}

function whenIdle(run: () => void): void {
  if (typeof requestIdleCallback === 'function') requestIdleCallback(run)
  else setTimeout(run, 50)
}

function prefetch(address: string): Promise<unknown> {
  return new Promise((done) => {
    const link = Object.assign(document.createElement('link'), { rel: 'prefetch', href: address, onload: done, onerror: done })
    document.head.append(link)
    // Where the browser knows no prefetching there is no event.
    if (!link.relList?.supports?.('prefetch')) done(undefined)
  })
}
