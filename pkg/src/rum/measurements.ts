// The measurements of one page view since its last beacon, within limits.
import type { BeaconBody, ErrorData, ResourceData, ScriptData, VitalData } from './beacon.js'
import { createDistribution, type Distribution } from './distribution.js'
import { ERRORS, FULL, NAMED_RESOURCES, NAMES, SCRIPTS, SCRIPTS_WATCHED } from '../boundary/rum.js'
import { copyOwn, plain } from './lib/properties.js'
import { metricName } from './lib/format.js'

const OTHER = '(other)'
/** Larger values are ignored: they cannot be measurements. */
const LIMIT = 2 ** 53

/** Tells that items of a list are in no beacon. */
export type Drop = (list: string, by?: number) => void

export interface Measurements {
  vital(name: string, vital: VitalData): void
  phase(name: string, ms: number): void
  count(name: string, by: number): void
  gauge(name: string, value: number): void
  /** Adds one value of a timing, usually ms. */
  record(name: string, value: number): void
  /** The sums for resources of one host and kind; those of `(other)` once there are too many pairs. */
  resource(host: string, kind: string): ResourceData
  /** Counts equal errors. When there are too many different ones, drops the oldest. */
  error(error: ErrorData): void
  script(source: string, invoker: string, duration: number, forced: number): void
  drop: Drop
  /** How many items were dropped, by list. */
  drops: ReadonlyMap<string, number>
  /** All measurements but the errors, the most useful lists first. Calls `drop` for scripts beyond the limit. */
  body(drop: Drop): BeaconBody
  /** The errors, newest first. */
  errors(): BeaconBody
}

/** `onFull` is called once, when the size reaches `FULL`. */
export function createMeasurements(onFull: () => void): Measurements {
  const vitals = new Map<string, VitalData>()
  const phases = new Map<string, number>()
  const counters = new Map<string, number>()
  const gauges = new Map<string, number>()
  const distributions = new Map<string, Distribution>()
  const resources = new Map<string, Map<string, ResourceData>>()
  const errors = new Map<string, ErrorData>()
  const scripts = new Map<string, ScriptData>()
  const drops = new Map<string, number>()
  /** Pairs of host and kind in `resources`. */
  let resourceCount = 0
  /** Roughly, in bytes. */
  let size = 0

  const grow = (bytes: number) => {
    const before = size
    size += bytes
    if (before < FULL && size >= FULL) onFull()
  }
  const drop: Drop = (list, by = 1) => void drops.set(list, (drops.get(list) ?? 0) + by)
  /**
   * Sets what has this name in a list to what `next` makes of it, if there is room. Ignores values that cannot be: `null` and
   * strings too, which pages without types pass, and for which the collector would refuse the beacon.
   */
  const set = <T>(list: string, items: Map<string, T>, name: string, value: number, next: (before?: T) => T, by = 1) => {
    if (!(typeof value === 'number' && Math.abs(value) < LIMIT)) return
    name = metricName(name)
    if (!items.has(name)) {
      if (items.size >= NAMES) return drop(list, by)
      grow(name.length + 20)
    }
    items.set(name, next(items.get(name)))
  }
  const resource = (host: string, kind: string): ResourceData => {
    let kinds = resources.get(host)
    let sum = kinds?.get(kind)
    if (sum) return sum
    if (host !== OTHER && resourceCount >= NAMED_RESOURCES) return resource(OTHER, kind)
    grow(host.length + 60)
    if (!kinds) resources.set(host, (kinds = new Map()))
    kinds.set(kind, (sum = copyOwn({ count: 0, duration: 0 })))
    resourceCount++
    return sum
  }
  return {
    vital: (name, vital) => vitals.set(name, vital),
    phase: (name, ms) => phases.set(name, ms),
    count: (name, by) =>
      by >= 1 && set('counters', counters, name, by, (count = 0) => Math.min(count + Math.floor(by), LIMIT - 1), by),
    gauge: (name, value) => set('gauges', gauges, name, value, () => value),
    record: (name, value) =>
      value >= 0 &&
      set('timings', distributions, name, value, (distribution = createDistribution()) => {
        distribution.record$(value)
        return distribution
      }),
    resource,
    error(error) {
      const { fingerprint, message, source = '', stack = '' } = error
      const known = errors.get(fingerprint)
      if (known) {
        known.count = (known.count ?? 1) + 1
        return
      }
      if (errors.size >= ERRORS) {
        const [[oldest, { count = 1 }]] = errors as unknown as [[string, ErrorData]]
        errors.delete(oldest)
        drop('errors', count)
      }
      errors.set(fingerprint, error)
      grow((message + source + stack).length + 60)
    },
    script(source, invoker, duration, forced) {
      const key = source + '\n' + invoker
      let script = scripts.get(key)
      if (!script) {
        if (scripts.size >= SCRIPTS_WATCHED) return drop('scripts')
        grow(key.length + 60)
        scripts.set(key, (script = copyOwn({ source, count: 0, duration: 0, invoker: invoker || undefined })))
      }
      script.count++
      script.duration += duration
      if (forced) script.forced = (script.forced ?? 0) + forced
    },
    drop,
    drops,
    body(drop) {
      const histograms = new Map<string, unknown>()
      const timings = new Map<string, unknown>()
      for (const [name, distribution] of distributions) {
        const histogram = distribution.histogram$()
        if (histogram) histograms.set(name, histogram)
        else timings.set(name, distribution.values$())
      }
      const longest = [...scripts.values()].sort((a, b) => b.duration - a.duration)
      if (longest.length > SCRIPTS) drop('scripts', longest.length - SCRIPTS)
      return plain({
        vitals,
        // Before the long lists: phases must not be split between two beacons. That of a navigation without any is empty.
        phases: phases.size ? Object.fromEntries([...phases].filter(([, ms]) => ms)) : undefined,
        counters,
        gauges,
        histograms,
        timings,
        resources,
        scripts: longest.length ? longest.slice(0, SCRIPTS) : undefined,
      } as unknown as BeaconBody)
    },
    errors: () => (errors.size ? { errors: [...errors.values()].reverse() } : {}),
  }
}
