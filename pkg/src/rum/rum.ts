// Measures a page and sends what it was like.
import { totals, watchFetches, type MeasuredClient } from './client.js'
import { guard } from './guard.js'
import { quietly } from './quietly.js'
import { engine } from './wasm.js'

/** A beacon as it is sent; docs/beacon.md describes all of it. */
export interface RumBeacon {
  v: 1
  id: string
  session: string
  view: string
  app: string
  release?: string
  page: string
  navigation: string
  device: string
  sentAt: number
  [member: string]: unknown
}

export interface RumOptions {
  /** Where beacons go: the address of the collector's `/v1/beacons`. */
  endpoint: string
  /** The application's name, as the dashboard is to show it. */
  app: string
  /** The application's release. */
  release?: string
  /** The share of visits that report, 0 to 1; a visit reports as a whole or not at all. Default: 1. */
  sampleRate?: number
  /** How long a measurement waits at most while the page is seen, in ms. Default: 10,000. */
  flushInterval?: number
  /** Whether the user agreed. If not, nothing is measured, kept or sent until it is told. Default: `true`. */
  consent?: boolean
  /** A query client, whose figures are reported too. */
  client?: MeasuredClient
  /** Totals of other things by name (letters, digits and `._-:/`): what was added is reported. */
  counters?: () => Record<string, number>
  /** The name of the page at `path`, such as its route's pattern. Default: the path, ids in it as `:id`. */
  page?: (path: string) => string | undefined
  /** Sees each beacon before it is sent: returns it, changed or not, or `null` to hold it back. */
  beforeSend?: (beacon: RumBeacon) => RumBeacon | null | undefined
}

export interface RumStats {
  /** Beacons that the browser took. */
  beacons: number
  /** Their bytes. */
  bytes: number
  /** Beacons that were refused or failed, so far as the browser said so. */
  lost: number
}

export interface Rum {
  /** Sends what waits, without waiting. */
  flush(): void
  /** Sends what waits, and undoes all hooks, for good. */
  stop(): void
  /** Whether the user agrees: `false` stops, forgets what waits and who it was, and sends nothing. */
  consent(agrees: boolean): void
  stats(): RumStats
}

const idle: Rum = {
  flush() {},
  stop() {},
  consent() {},
  stats: () => ({ beacons: 0, bytes: 0, lost: 0 }),
}

/**
 * Measures this page from now on, and what the browser recorded before, and sends it in small beacons: at
 * intervals, and when the page is hidden or closed. Where wasm cannot run it warns once, and does nothing.
 */
export function startRum(options: RumOptions): Rum {
  const module = engine()
  if (!module) return idle
  const { client, counters, page, beforeSend } = options

  let driver: InstanceType<typeof module.RumDriver> | undefined
  const host = {
    namePage: (path: string) => guard(() => page?.(path)) ?? undefined,
    beforeSend(text: string): string | undefined {
      if (!beforeSend) return text
      const beacon = guard(() => beforeSend(JSON.parse(text) as RumBeacon))
      return beacon ? guard(() => JSON.stringify(beacon)) : undefined
    },
    collect() {
      // Both are the page's own: if one throws, also while it is copied, only its figures are missing.
      const own = { ...guard(() => ({ ...totals(client) })), ...guard(() => ({ ...counters?.() })) }
      for (const [name, total] of Object.entries(own)) if (Number.isFinite(total)) driver?.total(name, total)
    },
  }
  driver = quietly(
    () =>
      new module.RumDriver(
        options.endpoint,
        options.app,
        options.release,
        options.sampleRate ?? 1,
        options.flushInterval ?? 10_000,
        options.consent ?? true,
        host as never,
      ),
  )
  if (!driver) return idle
  const running = driver
  const unwatch = guard(() => watchFetches(client, (ms) => quietly(() => running.record('query.fetch', ms))))
  return {
    flush: () => quietly(() => running.flush()),
    stop() {
      unwatch?.()
      quietly(() => running.stop())
    },
    consent: (agrees) => quietly(() => running.consent(agrees)),
    stats: () => ({ beacons: running.beacons, bytes: running.bytes, lost: running.lost }),
  }
}
