import type { Figures, MeasuredClient } from './figures.js'
import type { Body } from './batch.js'
import type { SenderOptions } from './send/index.js'

/** A beacon as it is sent; docs/beacon.md describes all of it. */
export interface RumBeacon extends Body {
  v: 1
  id: string
  session: string
  view: string
  app: string
  release?: string
  page: string
  navigation: string
  device: string
  connection?: string
  memory?: number
  sentAt: number
  sampleRate?: number
  dropped?: number
  drops?: Record<string, number>
}

export interface RumOptions {
  /**
   * Where beacons go: the address of the collector's `/v1/beacons`. A relative one is understood once, as it is when this
   * starts, by the document's base as any address in the page is.
   */
  endpoint: string
  /** The application's name, as the dashboard is to show it. */
  app: string
  /** The application's release. */
  release?: string
  /** The share of visits that report, 0 to 1; a visit reports as a whole or not at all. Default: 1. */
  sampleRate?: number
  /** The share of visits that report errors; `1` for all, whatever `sampleRate` is. Default: `sampleRate`. */
  errorSampleRate?: number
  /**
   * Errors that are not told, beside those that browsers report without fault, such as `ResizeObserver loop …`: those whose
   * message has one of these in it, or matches one of these. `false`: all are told. Default: `[]`.
   */
  ignoreErrors?: (string | RegExp)[] | false
  /** How long a measurement waits at most while the page is seen, in ms, at least 1,000. Default: 10,000. */
  flushInterval?: number
  /**
   * Whether the user agreed. If not, nothing is measured, kept or sent until it is told; what happened before is
   * not looked at then. Default: `true`.
   */
  consent?: boolean
  /** Whether nothing is measured where the browser says Global Privacy Control or Do Not Track. Default: `true`. */
  respectPrivacySignals?: boolean
  /** A query client, whose figures are reported too. */
  client?: MeasuredClient
  /** Other parts of the toolkit, whose figures are reported too. */
  figures?: Figures
  /** Totals of other things by name (letters, digits and `._-:/`): what was added is reported. */
  counters?: () => Record<string, number>
  /**
   * The name of the page at `path`, such as its route's pattern. A fragment that is a route is part of the path:
   * `/app#/orders/7`. Default: the path, ids in it as `:id`.
   */
  page?: (path: string) => string | undefined
  /** What is told of an address, such as an image's. Default: no query, no fragment, ids in the path as `:id`. */
  scrubUrl?: (url: string) => string
  /**
   * Whose requests carry a `traceparent`: those to addresses that begin with one of these (up to a `/`, `?` or `#`), such
   * as `https://api.example/v1` or, of this origin, `/api`; or that match one of these. List what is answered where it is
   * asked for, or by servers that allow the header: it goes along where a request is redirected. Default: none.
   */
  traceparent?: (string | RegExp)[] | false
  /** Whether a change of the path, or of a route in the fragment, without a load is a page view of its own. Default: `true`. */
  routes?: boolean
  /** Sees each beacon before it is sent: returns it, changed or not, or `null` to hold it back. */
  beforeSend?: (beacon: RumBeacon) => RumBeacon | null | undefined
  /** Says beacons in other words, for servers that are no collector of Whippet's. */
  format?: SenderOptions['format']
  /** What is kept for later where sending fails, at most. */
  keep?: SenderOptions['keep']
}

export interface RumStats {
  /** Beacons that the server acknowledged, or that the browser took when the page went. */
  beacons: number
  /** Their bytes. */
  bytes: number
  /** Beacons that were refused or given up. */
  lost: number
}

export interface Rum {
  /** Notes this moment by a name, and reports it in ms since the page view began. */
  mark(name: string): void
  /**
   * Reports how long it was from one mark to another, or to now; from the beginning of the page view where no mark is
   * named. Returns that, in ms; `undefined` where a mark is missing.
   */
  measure(name: string, startMark?: string, endMark?: string): number | undefined
  /** Reports how long something took, in ms. */
  timing(name: string, ms: number): void
  /** Counts `by` more. Default: 1. */
  count(name: string, by?: number): void
  /** Reports how much there is of something that goes up and down. */
  gauge(name: string, value: number): void
  /** Reports an error that was caught. */
  error(error: unknown): void
  /** Sends what waits, without waiting. */
  flush(): void
  /** Sends what waits, and undoes all hooks, for good. */
  stop(): void
  /** Whether the user agrees: `false` stops, forgets what waits and who it was, and sends nothing. */
  consent(agrees: boolean): void
  stats(): RumStats
}
