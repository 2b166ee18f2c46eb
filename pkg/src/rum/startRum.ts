import { now } from './lib/eventsAndTimers.js'
import { attempt, attemptOrWarn } from './lib/guard.js'
import { copyOwn } from './lib/properties.js'
import type { Rum, RumOptions } from './options.js'
import { PageMonitor } from './pageMonitor.js'
import { optsOut } from './privacySignals.js'
import { createSender, type Sender } from './send/index.js'
import { forgetVisit } from './session.js'
import { CounterDeltas, readTotals } from './toolkitCounters.js'
import { vitalsEngine } from './vitals/engine.js'

/** The number of marks that are kept. */
const MARKS = 256

const nothing = { beacons: 0, bytes: 0, lost: 0 }
const idle: Rum = {
  mark() {},
  measure: () => undefined,
  timing() {},
  count() {},
  gauge() {},
  error() {},
  flush() {},
  stop() {},
  consent() {},
  stats: () => ({ ...nothing }),
}

/**
 * Starts to measure this page, including what the browser has recorded before. Sends beacons at intervals, and when the
 * page is hidden or closed. Where wasm cannot run, it warns once and does nothing.
 */
export function startRum(given: RumOptions): Rum {
  if (!vitalsEngine()) return idle
  const options = read(given)
  if (options.respectPrivacySignals !== false && attempt(optsOut)) return idle

  const deltas = new CounterDeltas()
  const marks = new Map<string, number>()
  let agreed = options.consent ?? true
  let stopped = false
  let sender: Sender | undefined
  let monitor: PageMonitor | undefined

  const begin = (isLate: boolean) => {
    const { endpoint, format, keep } = options
    const onLost = (beacons: number) => record(({ view }) => view.batch.drop('beacons', beacons))
    sender ??= createSender({ endpoint, format, keep, onLost })
    monitor = attemptOrWarn(() => new PageMonitor(options, sender!, deltas, isLate))
  }
  const end = () => {
    monitor?.end()
    monitor = undefined
  }
  /** Without consent, and outside the sample, nothing is recorded. */
  const record = (run: (monitor: PageMonitor) => void) => {
    const current = monitor
    if (current?.view.sampled) attempt(() => run(current))
  }
  if (agreed) begin(false)

  return {
    mark(name) {
      if (!monitor) return
      const at = now()
      if (marks.has(name) || marks.size < MARKS) marks.set(name, at)
      record(({ view }) => view.batch.record(name, Math.max(at - view.start, 0)))
    },
    measure(name, startMark, endMark) {
      if (!monitor) return undefined
      const start = startMark === undefined ? monitor.view.start : marks.get(startMark)
      const end = endMark === undefined ? now() : marks.get(endMark)
      if (start === undefined || end === undefined) return undefined
      const ms = end - start
      record(({ view }) => view.batch.record(name, ms))
      // `NaN` where the page removed the clock.
      return ms === ms ? ms : undefined
    },
    timing: (name, ms) => record(({ view }) => view.batch.record(name, ms)),
    count: (name, by = 1) => record(({ view }) => view.batch.count(name, by)),
    gauge: (name, value) => record(({ view }) => view.batch.gauge(name, value)),
    error: (error) => attempt(() => monitor?.error(error)),
    flush: () => attempt(() => monitor?.flush()),
    stop() {
      if (stopped) return
      stopped = true
      attempt(() => monitor?.flush())
      attempt(end)
      attempt(() => sender?.stop())
    },
    consent(agrees) {
      if (stopped || agrees === agreed) return
      agreed = agrees
      if (agrees) {
        // The totals so far are read but not reported: they were counted before the user agreed.
        attempt(() => {
          for (const [name, total] of Object.entries(readTotals(options))) deltas.take(name, total)
        })
        begin(true)
      } else {
        attempt(end)
        marks.clear()
        forgetVisit()
        attempt(() => sender?.forget())
      }
    },
    stats: () => ({ ...nothing, ...attempt(() => pick(sender)) }),
  }
}

/** Copies the options, and resolves the endpoint: the page's base URL may change later. */
function read(given: RumOptions): RumOptions {
  const options = copyOwn(given)
  if (options.figures) options.figures = copyOwn(options.figures)
  if (options.keep) options.keep = copyOwn(options.keep)
  options.endpoint = attempt(() => new URL(options.endpoint, document.baseURI).href) ?? options.endpoint
  return options
}

function pick(sender: Sender | undefined): typeof nothing | undefined {
  if (!sender) return undefined
  const { beacons, bytes, lost } = sender.stats()
  return { beacons, bytes, lost }
}
