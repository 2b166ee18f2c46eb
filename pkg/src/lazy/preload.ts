// Loads ahead what will be needed soon, while the browser is idle. It needs no wasm.

/** What to load ahead: a function that loads it, or a URL. */
export type PreloadWhat = (() => unknown) | string

/** Items of a higher priority are loaded first. Default: 0. */
export type PreloadItem = PreloadWhat | { load: PreloadWhat; priority?: number }

export interface Preload {
  /** Adds items to the queue. */
  add(...items: PreloadItem[]): void
  /** Empties the queue. An item that is loading goes on. */
  cancel(): void
  /** Resolves when the queue is empty. Failures are ignored: the code that needs the item will see them. */
  done: Promise<void>
}

interface Connection {
  effectiveType?: string
  saveData?: boolean
}

/**
 * Loads `items` one after another while the browser is idle, those of high priority first. URLs are loaded into the browser's
 * cache (`<link rel="prefetch">`). With Save-Data, or on 2g, nothing is loaded ahead.
 *
 * Throws a `TypeError` for an item that is neither a function nor a URL.
 */
export function preload(items: Iterable<PreloadItem> = []): Preload {
  const queue: { load: PreloadWhat; priority: number }[] = []
  let running = false
  const preloader: Preload = { add, cancel: () => void (queue.length = 0), done: Promise.resolve() }

  function add(...added: PreloadItem[]): void {
    for (const item of added) {
      const { load, priority = 0 } = typeof item === 'object' && item ? item : { load: item }
      if (typeof load !== 'function' && typeof load !== 'string') {
        throw new TypeError("whippet: preload() takes functions, as () => import('./x.js'), and URLs, not " + load)
      }
      // After all items of the same priority.
      let index = queue.length
      while (index > 0 && queue[index - 1]!.priority < priority) index--
      queue.splice(index, 0, { load, priority })
    }
    if (queue.length && !running) preloader.done = run()
  }

  async function run(): Promise<void> {
    running = true
    while (queue.length && !isSavingData()) {
      await idle()
      // The queue is empty if it was cancelled since.
      const load = queue.shift()?.load
      try {
        await (typeof load === 'function' ? load() : load && prefetch(load))
      } catch {
        // The code that needs the item will see the error.
      }
    }
    queue.length = 0
    running = false
  }

  // One URL is a list of characters, too.
  add(...(typeof items === 'string' ? [items] : items))
  return preloader
}

function isSavingData(): boolean {
  const { saveData, effectiveType } = (globalThis.navigator as { connection?: Connection } | undefined)?.connection ?? {}
  return !!saveData || /2g/.test(effectiveType!)
}

function idle(): Promise<unknown> {
  return new Promise((done) => (typeof requestIdleCallback === 'function' ? requestIdleCallback(done) : setTimeout(done, 50)))
}

function prefetch(url: string): Promise<unknown> {
  return new Promise((done) => {
    const link = Object.assign(document.createElement('link'), { rel: 'prefetch', href: url, onload: done, onerror: done })
    document.head.append(link)
    // Without support for prefetching there is no event.
    if (!link.relList.supports('prefetch')) done(undefined)
  })
}
