// The browser's performance entries, and who observes them.

/** How many of a type are kept for those who come later. */
const KEPT = { event: 150, 'first-input': 1, 'layout-shift': 150, 'soft-navigation': 50, resource: 250 }
/** Types that are to be had from observers alone. */
const OBSERVED_ONLY = [
  'event', 'first-input', 'layout-shift', 'largest-contentful-paint', 'interaction-contentful-paint',
  'long-animation-frame', 'soft-navigation',
]
const LONG_EVENT = 104
const SHORTEST = 16

const byStart = (a, b) => a.startTime - b.startTime

export class Timeline {
  #kept = new Map()
  #observers = new Set()
  #known
  #eager
  #most

  /** `known`: the entry types of this browser. `eager`: what was kept is told from within `observe`, as Safari did.
   * `most`: how many entries of a type are kept at most, beside what the browser says. */
  constructor(known, eager, most = Infinity) {
    this.#known = known
    this.#most = most
    this.#eager = eager
  }

  add(entry) {
    const type = entry.entryType
    if (!this.#known.includes(type)) return
    if (!this.#kept.has(type)) this.#kept.set(type, [])
    const kept = this.#kept.get(type)
    if (kept.length < Math.min(KEPT[type] ?? 150, this.#most) && (type !== 'event' || entry.duration >= LONG_EVENT)) kept.push(entry)
    for (const observer of this.#observers) observer.hear(entry)
  }

  getEntriesByType = (type) => (OBSERVED_ONLY.includes(type) ? [] : (this.#kept.get(type) ?? []).toSorted(byStart))
  getEntriesByName = (name, type) => this.getEntriesByType(type).filter((entry) => entry.name === name)

  /** Tells one observer what it was not told yet: any of them, or one of these types, and that as `takeRecords` would. */
  deliver(types) {
    for (const observer of this.#observers) {
      if (observer.waits(types)) return () => observer.tell(!types)
    }
  }

  /** What scripts call `PerformanceObserver`. */
  observerClass() {
    const [kept, observers, known, eager] = [this.#kept, this.#observers, this.#known, this.#eager]
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
        for (const entry of kept.get(type) ?? []) this.hear(entry)
        if (eager && this.#records.length) this.tell()
      }
      hear(entry) {
        const shortest = this.#types.get(entry.entryType)
        if (shortest === undefined || (entry.entryType === 'event' && entry.duration < shortest)) return
        this.#records.push(entry)
      }
      waits(types) {
        return this.#records.length > 0 && (!types || types.some((type) => this.#types.has(type)))
      }
      tell(inOrder = true) {
        const told = this.#records.splice(0)
        const sorted = inOrder ? told.toSorted(byStart) : told
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
