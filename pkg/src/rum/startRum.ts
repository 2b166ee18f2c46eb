import { now } from './lib/eventsAndTimers.js'
import { attempt, attemptOrWarn } from './lib/guard.js'
import { copyOwn } from './lib/properties.js'
import type { Measurements } from './measurements.js'
import type { Rum, RumOptions } from './options.js'
import { monitorPage, type PageMonitor } from './pageMonitor.js'
import { optsOut } from './privacySignals.js'
import { createSender, resolve, type Sender } from './send/index.js'
import { forgetVisit } from './session.js'
import { createCounterDeltas, readTotals } from './toolkitCounters.js'
import { activationStart } from './vitals/pageLifecycle.js'

const enum Limit {
  /** The number of marks that are kept. */
  MARKS = 256,
}

/**
 * Starts to measure this page, including what the browser has recorded before. Sends beacons at intervals, and when the
 * page is hidden or closed. On a server it does nothing.
 */
export function startRum(given: RumOptions): Rum {
  const options = read(given)
  const { endpoint, format, keep } = options
  const deltas = createCounterDeltas()
  const marks = new Map<string, number>()
  let agreed = options.consent ?? true
  // Where nothing is measured, it is as if it had been stopped.
  let stopped = typeof document === 'undefined' || (options.respectPrivacySignals !== false && !!attempt(optsOut))
  let sender: Sender | undefined
  let monitor: PageMonitor | undefined

  const getSender = () =>
    (sender ??= createSender({ endpoint, format, keep, onLost: (beacons) => record((batch) => batch.drop('beacons', beacons)) }))
  const begin = (isLate: boolean) => {
    monitor = attemptOrWarn(() => monitorPage(options, getSender(), deltas, isLate))
  }
  const end = () => {
    attempt(() => monitor?.end$())
    monitor = undefined
  }
  /** Without consent, and outside the sample, nothing is recorded. */
  const record = (run: (batch: Measurements) => void) =>
    attempt(() => {
      const view = monitor!.view$()
      if (view.sampled$) run(view.batch$)
    })
  /** When the page view began, ms since the document's time origin. That of a prerendered page begins when it is shown. */
  const viewStart = () => (document.prerendering ? now() : Math.max(monitor!.view$().start$, activationStart()))
  const flush = () => void attempt(() => monitor?.flush$())
  if (agreed && !stopped) begin(false)

  return {
    mark(name) {
      if (!monitor) return
      const at = now()
      if (marks.has(name) || marks.size < Limit.MARKS) marks.set(name, at)
      record((batch) => batch.record(name, Math.max(at - viewStart(), 0)))
    },
    measure(name, startMark, endMark) {
      const start = startMark === undefined ? attempt(viewStart) : marks.get(startMark)
      const end = endMark === undefined ? now() : marks.get(endMark)
      const ms = end! - start!
      // Also `NaN` where the page removed the clock.
      if (!monitor || ms !== ms) return undefined
      record((batch) => batch.record(name, ms))
      return ms
    },
    timing: (name, ms) => record((batch) => batch.record(name, ms)),
    count: (name, by = 1) => record((batch) => batch.count(name, by)),
    gauge: (name, value) => record((batch) => batch.gauge(name, value)),
    error: (error) => attempt(() => monitor?.error$(error)),
    flush,
    stop() {
      stopped = true
      flush()
      end()
      attempt(() => sender?.stop())
    },
    consent(agrees) {
      // It can be withdrawn also after `stop`, and from what an earlier page kept, by one that began without it.
      if (agrees && (agreed || stopped)) return
      agreed = agrees
      if (agrees) {
        // The totals so far are read but not reported: they were counted before the user agreed.
        attempt(() => {
          for (const [name, total] of Object.entries(readTotals(options))) deltas(name, total)
        })
        begin(true)
      } else {
        end()
        marks.clear()
        forgetVisit()
        attempt(() => getSender().forget())
      }
    },
    stats() {
      const { beacons = 0, bytes = 0, lost = 0 } = sender?.stats() ?? {}
      return { beacons, bytes, lost }
    },
  }
}

/** Copies the options, and resolves the endpoint: the page's base URL may change later. */
function read(given: RumOptions): RumOptions {
  const options = copyOwn(given)
  options.figures = copyOwn(options.figures)
  options.keep = copyOwn(options.keep)
  options.endpoint = resolve(options.endpoint)
  return options
}
