// A simulated performance timeline, with `PerformanceObserver`.

/** The size of the buffer of each entry type. */
const BUFFER_SIZES = { event: 150, 'first-input': 1, 'layout-shift': 150, 'soft-navigation': 50, resource: 250 }
/** Entry types that `getEntriesByType` does not return. */
const OBSERVED_ONLY = [
  'event',
  'first-input',
  'layout-shift',
  'largest-contentful-paint',
  'interaction-contentful-paint',
  'long-animation-frame',
  'soft-navigation',
]
const LONG_EVENT = 104
const SHORTEST = 16

const byStart = (a, b) => a.startTime - b.startTime

export class Timeline {
  #buffers = new Map()
  #observers = new Set()
  #known
  #eager
  #most

  /** `known`: the entry types of this browser. `eager`: `observe` delivers buffered entries synchronously, as Safari did.
   * `most`: an additional limit for the buffer of each type. */
  constructor(known, eager, most = Infinity) {
    this.#known = known
    this.#most = most
    this.#eager = eager
  }

  add(entry) {
    const type = entry.entryType
    if (!this.#known.includes(type)) return
    if (!this.#buffers.has(type)) this.#buffers.set(type, [])
    const buffer = this.#buffers.get(type)
    if (buffer.length < Math.min(BUFFER_SIZES[type] ?? 150, this.#most) && (type !== 'event' || entry.duration >= LONG_EVENT))
      buffer.push(entry)
    for (const observer of this.#observers) observer.queue(entry)
  }

  getEntriesByType = (type) => (OBSERVED_ONLY.includes(type) ? [] : (this.#buffers.get(type) ?? []).toSorted(byStart))
  getEntriesByName = (name, type) => this.getEntriesByType(type).filter((entry) => entry.name === name)

  /** Delivers pending entries to one observer: of any type in order of start, or of one of `types` in order of arrival. */
  deliver(types) {
    for (const observer of this.#observers) {
      if (observer.hasPending(types)) return () => observer.deliver(!types)
    }
  }

  /** The page's `PerformanceObserver`. */
  observerClass() {
    const [buffers, observers, known, eager] = [this.#buffers, this.#observers, this.#known, this.#eager]
    return class PerformanceObserver {
      static supportedEntryTypes = [...known].sort()
      #callback
      #types = new Map()
      #records = []

      constructor(callback) {
        this.#callback = callback
      }
      observe({ type, buffered, durationThreshold }) {
        if (!known.includes(type)) return
        this.#types.set(type, Math.max(durationThreshold ?? LONG_EVENT, SHORTEST))
        observers.add(this)
        if (!buffered) return
        for (const entry of buffers.get(type) ?? []) this.queue(entry)
        if (eager && this.#records.length) this.deliver()
      }
      queue(entry) {
        const shortest = this.#types.get(entry.entryType)
        if (shortest === undefined || (entry.entryType === 'event' && entry.duration < shortest)) return
        this.#records.push(entry)
      }
      hasPending(types) {
        return this.#records.length > 0 && (!types || types.some((type) => this.#types.has(type)))
      }
      deliver(inOrder = true) {
        const records = this.#records.splice(0)
        const sorted = inOrder ? records.toSorted(byStart) : records
        const list = {
          getEntries: () => [...sorted],
          getEntriesByType: (type) => sorted.filter(({ entryType }) => entryType === type),
          getEntriesByName: (name) => sorted.filter((entry) => entry.name === name),
        }
        this.#callback.call(this, list, this)
      }
      takeRecords() {
        return this.#records.splice(0)
      }
      disconnect() {
        observers.delete(this)
        this.#types.clear()
        this.#records = []
      }
    }
  }
}
