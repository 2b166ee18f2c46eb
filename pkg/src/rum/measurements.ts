// The measurements of one page view since its last beacon, within limits.
import type { BeaconBody, ErrorData, ResourceData, ScriptData, VitalData } from './beacon.js'
import { Distribution } from './distribution.js'
import { ERRORS, FULL, NAMES, RESOURCES, SCRIPTS, SCRIPTS_WATCHED } from '../boundary/rum.js'
import { RESOURCE_KINDS } from '../boundary/vitals.js'
import { copyOwn, plain } from './lib/properties.js'
import { metricName } from './lib/format.js'

const OTHER = '(other)'
/** Larger values are ignored: they cannot be measurements. */
const LIMIT = 2 ** 53

/** Calls of `drop` tell how many items of a list a beacon does not have. */
export type Drop = (list: string, by?: number) => void

export class Measurements {
  readonly #vitals = new Map<string, VitalData>()
  readonly #phases = new Map<string, number>()
  readonly #counters = new Map<string, number>()
  readonly #gauges = new Map<string, number>()
  readonly #distributions = new Map<string, Distribution>()
  readonly #resources = new Map<string, Map<string, ResourceData>>()
  readonly #errors = new Map<string, ErrorData>()
  readonly #scripts = new Map<string, ScriptData>()
  /** Pairs of host and kind in `#resources`. */
  #resourceCount = 0
  /** How many items were dropped, by list. */
  readonly drops = new Map<string, number>()
  /** Whether there is nothing to send. Drops alone are no reason to send a beacon. */
  isEmpty = true
  /** Roughly, in bytes. */
  #size = 0
  readonly #onFull: () => void

  /** `onFull` is called once, when the size reaches `FULL`. */
  constructor(onFull: () => void) {
    this.#onFull = onFull
  }

  vital(name: string, vital: VitalData): void {
    this.#grow(0)
    this.#vitals.set(name, vital)
  }

  phase(name: string, ms: number): void {
    this.#grow(0)
    this.#phases.set(name, ms)
  }

  count(name: string, by: number): void {
    if (!(by >= 1)) return
    this.#set('counters', this.#counters, name, by, (count = 0) => Math.min(count + Math.floor(by), LIMIT - 1), by)
  }

  gauge(name: string, value: number): void {
    this.#set('gauges', this.#gauges, name, value, () => value)
  }

  /** Adds one value of a timing, usually ms. */
  record(name: string, value: number): void {
    if (!(value >= 0)) return
    this.#set('timings', this.#distributions, name, value, (distribution = new Distribution()) => distribution.record(value))
  }

  /** The sums for resources of one host and kind; those of `(other)` once there are too many pairs. */
  resource(host: string, kind: string): ResourceData {
    let kinds = this.#resources.get(host)
    let sum = kinds?.get(kind)
    if (sum) return sum
    // One pair for each kind is reserved for `(other)`.
    if (host !== OTHER && this.#resourceCount >= RESOURCES - RESOURCE_KINDS.length) return this.resource(OTHER, kind)
    this.#grow(host.length + 60)
    if (!kinds) this.#resources.set(host, (kinds = new Map()))
    kinds.set(kind, (sum = copyOwn({ count: 0, duration: 0 })))
    this.#resourceCount++
    return sum
  }

  /** Counts equal errors. When there are too many different ones, drops the oldest. */
  error(error: ErrorData): void {
    const { fingerprint, message, source = '', stack = '' } = error
    const known = this.#errors.get(fingerprint)
    if (known) {
      known.count = (known.count ?? 1) + 1
      return
    }
    if (this.#errors.size >= ERRORS) {
      const [[oldest, { count = 1 }]] = this.#errors as unknown as [[string, ErrorData]]
      this.#errors.delete(oldest)
      this.drop('errors', count)
    }
    this.#errors.set(fingerprint, error)
    this.#grow((message + source + stack).length + 60)
  }

  script(source: string, invoker: string, duration: number, forced: number): void {
    const key = source + '\n' + invoker
    let script = this.#scripts.get(key)
    if (!script) {
      if (this.#scripts.size >= SCRIPTS_WATCHED) return this.drop('scripts')
      this.#grow(key.length + 60)
      this.#scripts.set(key, (script = copyOwn({ source, count: 0, duration: 0, invoker: invoker || undefined })))
    }
    script.count++
    script.duration += duration
    if (forced) script.forced = (script.forced ?? 0) + forced
  }

  drop(list: string, by = 1): void {
    this.drops.set(list, (this.drops.get(list) ?? 0) + by)
  }

  /** All measurements but the errors, the most useful lists first. Calls `drop` for scripts beyond the limit. */
  body(drop: Drop): BeaconBody {
    const distributions = [...this.#distributions]
    const scripts = [...this.#scripts.values()].sort((a, b) => b.duration - a.duration)
    if (scripts.length > SCRIPTS) drop('scripts', scripts.length - SCRIPTS)
    return plain({
      vitals: this.#vitals,
      // Before the long lists: phases must not be split between two beacons. That of a navigation without any is empty.
      phases: this.#phases.size ? Object.fromEntries([...this.#phases].filter(([, ms]) => ms)) : undefined,
      counters: this.#counters,
      gauges: this.#gauges,
      histograms: new Map(distributions.flatMap(([name, { histogram }]) => (histogram ? [[name, histogram]] : []))),
      timings: new Map(distributions.flatMap(([name, { histogram, values }]) => (histogram ? [] : [[name, values]]))),
      resources: this.#resources,
      scripts: scripts.length ? scripts.slice(0, SCRIPTS) : undefined,
    } as unknown as BeaconBody)
  }

  /** The errors, newest first. */
  errors(): ErrorData[] {
    return [...this.#errors.values()].reverse()
  }

  /** Releases the histograms. */
  free(): void {
    for (const distribution of this.#distributions.values()) distribution.free()
  }

  /** Sets what has this name in a list to what `next` makes of it, if there is room. Ignores values that cannot be. */
  #set<T>(list: string, items: Map<string, T>, name: string, value: number, next: (before?: T) => T, by = 1): void {
    if (!(Math.abs(value) < LIMIT)) return
    name = metricName(name)
    if (!items.has(name)) {
      if (items.size >= NAMES) return this.drop(list, by)
      this.#grow(name.length + 20)
    }
    items.set(name, next(items.get(name)))
  }

  #grow(bytes: number): void {
    this.isEmpty = false
    const before = this.#size
    this.#size += bytes
    if (before < FULL && this.#size >= FULL) this.#onFull()
  }
}
