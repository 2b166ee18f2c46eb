// The measurements of one page view since its last beacon, within limits.
import type { BeaconBody, ErrorData, HistogramData, ResourceData, ScriptData, VitalData } from './beacon.js'
import { Distribution } from './distribution.js'
import { ERRORS, FULL, NAMES, RESOURCES, SCRIPTS, SCRIPTS_WATCHED } from '../boundary/rum.js'
import { copyOwn, defineOwn } from './lib/properties.js'
import { metricName, round } from './lib/format.js'

const OTHER = '(other)'
/** Larger values are ignored: they cannot be measurements. */
const LIMIT = 2 ** 53

/** A body with this one list, or nothing if it is empty. */
const bodyWith = (list: keyof BeaconBody, items: Map<string, unknown>): BeaconBody | undefined =>
  items.size ? { [list]: Object.fromEntries(items) } : undefined

export class Measurements {
  readonly #vitals = new Map<string, VitalData>()
  readonly #phases = new Map<string, number>()
  readonly #counters = new Map<string, number>()
  readonly #gauges = new Map<string, number>()
  readonly #distributions = new Map<string, Distribution>()
  readonly #resources = new Map<string, Map<string, ResourceData>>()
  readonly #errors = new Map<string, ErrorData>()
  readonly #scripts = new Map<string, ScriptData>()
  /** All lists but the errors. */
  readonly #lists = [
    this.#vitals,
    this.#phases,
    this.#counters,
    this.#gauges,
    this.#distributions,
    this.#resources,
    this.#scripts,
  ]
  /** Pairs of host and kind in `#resources`. */
  #resourceCount = 0
  /** How many items were dropped, by list. */
  readonly drops = new Map<string, number>()
  /** Roughly, in bytes. */
  #size = 0

  /** `onFull` is called once, when the size reaches `FULL`. */
  constructor(private readonly onFull: () => void) {}

  vital(name: string, vital: VitalData): void {
    this.#vitals.set(name, vital)
  }

  phase(name: string, ms: number): void {
    this.#phases.set(name, round(ms))
  }

  count(name: string, by: number): void {
    if (by >= 1 && by < LIMIT && this.#hasRoom('counters', this.#counters, (name = metricName(name)), by)) {
      this.#counters.set(name, Math.min((this.#counters.get(name) ?? 0) + Math.floor(by), LIMIT - 1))
    }
  }

  gauge(name: string, value: number): void {
    if (Math.abs(value) < LIMIT && this.#hasRoom('gauges', this.#gauges, (name = metricName(name)))) {
      this.#gauges.set(name, round(value))
    }
  }

  /** Adds one value of a timing, usually ms. */
  record(name: string, value: number): void {
    if (!(value >= 0 && value < LIMIT && this.#hasRoom('timings', this.#distributions, (name = metricName(name))))) return
    let distribution = this.#distributions.get(name)
    if (!distribution) this.#distributions.set(name, (distribution = new Distribution()))
    distribution.record(value)
  }

  /** The sums for resources of one host and kind; those of `(other)` once there are too many pairs. */
  resource(host: string, kind: string): ResourceData {
    let kinds = this.#resources.get(host)
    let sum = kinds?.get(kind)
    if (sum) return sum
    // One pair for each kind is reserved for `(other)`.
    if (host !== OTHER && this.#resourceCount >= RESOURCES - 9) return this.resource(OTHER, kind)
    this.#grow(host.length + 60)
    if (!kinds) this.#resources.set(host, (kinds = new Map()))
    kinds.set(kind, (sum = copyOwn({ count: 0, duration: 0, slowest: 0 })))
    this.#resourceCount++
    return sum
  }

  /** Counts equal errors. When there are too many different ones, drops the oldest. */
  error(error: ErrorData): void {
    const known = this.#errors.get(error.fingerprint)
    if (known) {
      defineOwn(known, { count: (known.count ?? 1) + 1 })
      return
    }
    if (this.#errors.size >= ERRORS) {
      const [[oldest, { count = 1 }]] = this.#errors as unknown as [[string, ErrorData]]
      this.#errors.delete(oldest)
      this.drop('errors', count)
    }
    this.#errors.set(error.fingerprint, error)
    this.#grow(error.message.length + (error.source?.length ?? 0) + (error.stack?.length ?? 0) + 60)
  }

  script(source: string, invoker: string, duration: number, forced: number): void {
    const key = source + '\n' + invoker
    let script = this.#scripts.get(key)
    if (!script) {
      if (this.#scripts.size >= SCRIPTS_WATCHED) return this.drop('scripts')
      this.#grow(key.length + 60)
      this.#scripts.set(key, (script = copyOwn({ source, count: 0, duration: 0, ...(invoker && { invoker }) })))
    }
    script.count++
    script.duration += duration
    if (forced) defineOwn(script, { forced: (script.forced ?? 0) + forced })
  }

  drop(list: string, by = 1): void {
    this.drops.set(list, (this.drops.get(list) ?? 0) + by)
  }

  /** Whether there is nothing to send. Drops alone are no reason to send a beacon. */
  isEmpty(): boolean {
    return !this.#lists.some(({ size }) => size) && !this.#errors.size
  }

  /** All measurements but the errors, the most useful lists first. Calls `drop` for scripts beyond the limit. */
  body(drop: (list: string, by: number) => void): BeaconBody {
    const histograms = new Map<string, HistogramData>()
    const timings = new Map<string, number | number[]>()
    const resources = new Map<string, Record<string, ResourceData>>()
    for (const [name, distribution] of this.#distributions) {
      const data = distribution.histogram()
      if (data) histograms.set(name, data)
      else timings.set(name, distribution.values()!)
    }
    for (const [host, kinds] of this.#resources) {
      for (const sum of kinds.values()) {
        sum.duration = round(sum.duration)
        if (sum.slowest !== undefined) sum.slowest = round(sum.slowest)
        if (sum.slowest === sum.duration) delete sum.slowest
      }
      resources.set(host, Object.fromEntries(kinds))
    }
    const scripts = [...this.#scripts.values()].sort((a, b) => b.duration - a.duration)
    if (scripts.length > SCRIPTS) drop('scripts', scripts.length - SCRIPTS)
    const longest = scripts.slice(0, SCRIPTS)
    for (const script of longest) {
      script.duration = round(script.duration)
      if (script.forced) script.forced = round(script.forced)
    }
    return {
      ...bodyWith('vitals', this.#vitals),
      // Before the long lists: phases must not be split between two beacons.
      ...(this.#phases.size && { phases: Object.fromEntries([...this.#phases].filter(([, ms]) => ms)) }),
      ...bodyWith('counters', this.#counters),
      ...bodyWith('gauges', this.#gauges),
      ...bodyWith('histograms', histograms),
      ...bodyWith('timings', timings),
      ...bodyWith('resources', resources),
      ...(longest.length && { scripts: longest }),
    }
  }

  /** The errors, newest first. */
  errors(): ErrorData[] {
    return [...this.#errors.values()].reverse()
  }

  /** Releases the histograms. */
  free(): void {
    for (const distribution of this.#distributions.values()) distribution.free()
  }

  #hasRoom(list: string, names: Map<string, unknown>, name: string, by = 1): boolean {
    if (names.has(name)) return true
    const room = names.size < NAMES
    if (room) this.#grow(name.length + 20)
    else this.drop(list, by)
    return room
  }

  #grow(bytes: number): void {
    const before = this.#size
    this.#size += bytes
    if (before < FULL && this.#size >= FULL) this.onFull()
  }
}
