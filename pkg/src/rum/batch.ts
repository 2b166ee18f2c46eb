// What one page view has to tell since it last did, in bounds.
import { define } from './define.js'
import { Distribution, type HistogramData } from './distribution.js'
import { ERRORS, FULL, NAMES, RESOURCES, SCRIPTS, SCRIPTS_WATCHED } from '../boundary/rum.js'
import { own } from './own.js'
import { figureName, round } from './text.js'

/** A vital as a beacon has it, with what it is put down to. */
export interface VitalData {
  value: number
  /** Left out where it is `good`. */
  rating?: string
  target?: string
  url?: string
  state?: string
  parts?: Record<string, number>
}

export interface ResourceData {
  count: number
  bytes?: number
  cached?: number
  failed?: number
  duration: number
  /** Left out where it is `duration`. */
  slowest?: number
}

export interface ErrorData {
  message: string
  source?: string
  stack?: string
  fingerprint: string
  count?: number
}

export interface ScriptData {
  source: string
  invoker?: string
  count: number
  duration: number
  forced?: number
}

/** The lists of a beacon; what is empty is left out. */
export interface Body {
  vitals?: Record<string, VitalData>
  /** The navigation's phases, ms. What is left out took no time. */
  phases?: Record<string, number>
  counters?: Record<string, number>
  timings?: Record<string, number | number[]>
  gauges?: Record<string, number>
  histograms?: Record<string, HistogramData>
  resources?: Record<string, Record<string, ResourceData>>
  errors?: ErrorData[]
  scripts?: ScriptData[]
}

const OTHER = '(other)'
/** Values from here on are no measurements. */
const LIMIT = 2 ** 53

/** What a body has of a list: nothing where it is empty. */
const listed = (list: keyof Body, items: Map<string, unknown>): Body | undefined =>
  items.size ? { [list]: Object.fromEntries(items) } : undefined

export class Batch {
  readonly #vitals = new Map<string, VitalData>()
  readonly #phases = new Map<string, number>()
  readonly #counters = new Map<string, number>()
  readonly #gauges = new Map<string, number>()
  readonly #distributions = new Map<string, Distribution>()
  readonly #resources = new Map<string, Map<string, ResourceData>>()
  readonly #errors = new Map<string, ErrorData>()
  readonly #scripts = new Map<string, ScriptData>()
  /** All but the errors. */
  readonly #lists = [
    this.#vitals,
    this.#phases,
    this.#counters,
    this.#gauges,
    this.#distributions,
    this.#resources,
    this.#scripts,
  ]
  #sums = 0
  /** What was lost, by the list it would have been in. */
  readonly drops = new Map<string, number>()
  /** Roughly how many bytes wait. */
  #size = 0

  /** `full` is called once, when so much waits that it had better go. */
  constructor(private readonly full: () => void) {}

  vital(name: string, vital: VitalData): void {
    this.#vitals.set(name, vital)
  }

  phase(name: string, ms: number): void {
    this.#phases.set(name, round(ms))
  }

  count(name: string, by: number): void {
    if (by >= 1 && by < LIMIT && this.#hasRoom('counters', this.#counters, (name = figureName(name)), by)) {
      this.#counters.set(name, Math.min((this.#counters.get(name) ?? 0) + Math.floor(by), LIMIT - 1))
    }
  }

  gauge(name: string, value: number): void {
    if (Math.abs(value) < LIMIT && this.#hasRoom('gauges', this.#gauges, (name = figureName(name)))) {
      this.#gauges.set(name, round(value))
    }
  }

  /** One measurement, such as ms. */
  record(name: string, value: number): void {
    if (!(value >= 0 && value < LIMIT && this.#hasRoom('timings', this.#distributions, (name = figureName(name))))) return
    let distribution = this.#distributions.get(name)
    if (!distribution) this.#distributions.set(name, (distribution = new Distribution()))
    distribution.record(value)
  }

  /** The sum of what was loaded from `host`, of that kind; of all others where there are too many. */
  resource(host: string, kind: string): ResourceData {
    let kinds = this.#resources.get(host)
    let sum = kinds?.get(kind)
    if (sum) return sum
    // Room for each kind of the others is kept.
    if (host !== OTHER && this.#sums >= RESOURCES - 9) return this.resource(OTHER, kind)
    this.#grow(host.length + 60)
    if (!kinds) this.#resources.set(host, (kinds = new Map()))
    kinds.set(kind, (sum = own({ count: 0, duration: 0, slowest: 0 })))
    this.#sums++
    return sum
  }

  /** Equal errors are counted; of too many different ones the oldest are dropped. */
  error(error: ErrorData): void {
    const known = this.#errors.get(error.fingerprint)
    if (known) {
      define(known, { count: (known.count ?? 1) + 1 })
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
      this.#scripts.set(key, (script = own({ source, count: 0, duration: 0, ...(invoker && { invoker }) })))
    }
    script.count++
    script.duration += duration
    if (forced) define(script, { forced: (script.forced ?? 0) + forced })
  }

  drop(list: string, by = 1): void {
    this.drops.set(list, (this.drops.get(list) ?? 0) + by)
  }

  /** Whether nothing waits. Losses alone are no reason to send. */
  isEmpty(): boolean {
    return !this.#lists.some(({ size }) => size) && !this.#errors.size
  }

  /** Everything that waits, most telling first, errors aside. What there is no room for is told to `drop`. */
  body(drop: (list: string, by: number) => void): Body {
    const histograms = new Map<string, HistogramData>()
    const timings = new Map<string, number | number[]>()
    const resources = new Map<string, Record<string, ResourceData>>()
    for (const [name, distribution] of this.#distributions) {
      const data = distribution.data()
      const single = distribution.single()
      if (data) histograms.set(name, data)
      else timings.set(name, single!)
    }
    for (const [host, kinds] of this.#resources) {
      for (const sum of kinds.values()) {
        sum.duration = round(sum.duration)
        // Of a single one the slowest says nothing more.
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
      ...listed('vitals', this.#vitals),
      // Before what may fill a beacon: phases must not be torn apart.
      ...(this.#phases.size && { phases: Object.fromEntries([...this.#phases].filter(([, ms]) => ms)) }),
      ...listed('counters', this.#counters),
      ...listed('gauges', this.#gauges),
      ...listed('histograms', histograms),
      ...listed('timings', timings),
      ...listed('resources', resources),
      ...(longest.length && { scripts: longest }),
    }
  }

  /** The errors that wait, newest first. */
  errors(): ErrorData[] {
    return [...this.#errors.values()].reverse()
  }

  /** Gives back what it holds, for good. */
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
    if (before < FULL && this.#size >= FULL) this.full()
  }
}
