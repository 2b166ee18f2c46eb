// Measures a page and sends what it was like.
import { Deltas, totals } from './figures.js'
import { attempt } from './guard.js'
import { now } from './hooks.js'
import type { Rum, RumOptions } from './options.js'
import { own } from './own.js'
import { declines } from './privacy.js'
import { quietly } from './quietly.js'
import { Run } from './run.js'
import { createSender, type Sender } from './send/index.js'
import { forgetVisit } from './session.js'
import { engine } from './vitals/wasm.js'

/** Marks that are remembered. */
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
 * Measures this page from now on, and what the browser recorded before, and sends it in small beacons: at
 * intervals, and when the page is hidden or closed. Where wasm cannot run it warns once, and does nothing.
 */
export function startRum(given: RumOptions): Rum {
  if (!engine()) return idle
  const options = read(given)
  if (options.respectPrivacySignals !== false && attempt(declines)) return idle

  const deltas = new Deltas()
  const marks = new Map<string, number>()
  let agreed = options.consent ?? true
  let stopped = false
  let sender: Sender | undefined
  let run: Run | undefined

  const begin = (isLate: boolean) => {
    const { endpoint, format, keep } = options
    const onLost = (beacons: number) => put(({ view }) => view.batch.drop('beacons', beacons))
    sender ??= createSender({ endpoint, format, keep, onLost })
    run = quietly(() => new Run(options, sender!, deltas, isLate))
  }
  const end = () => {
    run?.end()
    run = undefined
  }
  /** Without consent, and outside the sample, nothing is kept. */
  const put = (what: (run: Run) => void) => {
    const running = run
    if (running?.view.sampled) attempt(() => what(running))
  }
  if (agreed) begin(false)

  return {
    mark(name) {
      if (!run) return
      const at = now()
      if (marks.has(name) || marks.size < MARKS) marks.set(name, at)
      put(({ view }) => view.batch.record(name, Math.max(at - view.start, 0)))
    },
    measure(name, startMark, endMark) {
      if (!run) return undefined
      const start = startMark === undefined ? run.view.start : marks.get(startMark)
      const end = endMark === undefined ? now() : marks.get(endMark)
      if (start === undefined || end === undefined) return undefined
      const ms = end - start
      put(({ view }) => view.batch.record(name, ms))
      // Where the page took the clock away, nothing is known.
      return ms === ms ? ms : undefined
    },
    timing: (name, ms) => put(({ view }) => view.batch.record(name, ms)),
    count: (name, by = 1) => put(({ view }) => view.batch.count(name, by)),
    gauge: (name, value) => put(({ view }) => view.batch.gauge(name, value)),
    error: (error) => attempt(() => run?.error(error)),
    flush: () => attempt(() => run?.flush()),
    stop() {
      if (stopped) return
      stopped = true
      attempt(() => run?.flush())
      attempt(end)
      attempt(() => sender?.stop())
    },
    consent(agrees) {
      if (stopped || agrees === agreed) return
      agreed = agrees
      if (agrees) {
        // What was counted elsewhere before the user agreed is seen, but not reported.
        attempt(() => {
          for (const [name, total] of Object.entries(totals(options))) deltas.take(name, total)
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

/** The options, whatever the page put on `Object.prototype`, and with the endpoint's whole address: the page's may change. */
function read(given: RumOptions): RumOptions {
  const options = own(given)
  if (options.figures) options.figures = own(options.figures)
  if (options.keep) options.keep = own(options.keep)
  options.endpoint = attempt(() => new URL(options.endpoint, document.baseURI).href) ?? options.endpoint
  return options
}

function pick(sender: Sender | undefined): typeof nothing | undefined {
  if (!sender) return undefined
  const { beacons, bytes, lost } = sender.stats()
  return { beacons, bytes, lost }
}
