import type { RumBeacon } from './beacon.js'
import type { SenderOptions } from './send/index.js'
import type { Figures, MeasuredClient } from './toolkitCounters.js'

/** Texts or patterns: one, or a list. */
export type Listed = string | RegExp | (string | RegExp)[]

export interface RumOptions {
  /**
   * The URL of the collector's `/v1/beacons`. A relative URL is resolved once, when measuring starts, against the
   * document's base URL.
   */
  endpoint: string
  /** The application's name in the dashboard. */
  app: string
  /** The application's release. */
  release?: string
  /** The share of visits that report, 0 to 1. A visit reports all its page views or none. Default: 1. */
  sampleRate?: number
  /** The share of visits that report errors, independent of `sampleRate`. Default: `sampleRate`. */
  errorSampleRate?: number
  /**
   * Errors that are not reported, in addition to harmless ones such as `ResizeObserver loop …`: strings that the message
   * contains, or patterns that it matches; one, or a list. With `false` all errors are reported. Default: `[]`.
   */
  ignoreErrors?: Listed | false
  /** The longest delay between a measurement and its beacon while the page is visible, in ms, at least 1,000. Default: 10,000. */
  flushInterval?: number
  /**
   * Whether the user has agreed. With `false` nothing is measured, stored or sent until `rum.consent(true)`, and what
   * happened before that call is never measured. Default: `true`.
   */
  consent?: boolean
  /** Measure nothing if Global Privacy Control or Do Not Track is set. Default: `true`. */
  respectPrivacySignals?: boolean
  /** A query client whose counters are reported. */
  client?: MeasuredClient
  /** Other modules of the toolkit whose counters are reported. */
  figures?: Figures
  /** Returns the page's own totals by name (letters, digits and `._-:/`). Their increase is reported. */
  counters?: () => Record<string, number>
  /**
   * Returns the name of the page at `path`, such as the pattern of its route. A fragment that is a route is part of the
   * path: `/app#/orders/7`. Default: the path, with ids replaced by `:id`.
   */
  page?: (path: string) => string | undefined
  /** Returns what is reported of a URL, such as that of an image. Default: without query and fragment, ids in the path as `:id`. */
  scrubUrl?: (url: string) => string
  /**
   * The requests that carry a `traceparent`: beginnings of URLs (up to a `/`, `?` or `#`), such as
   * `https://api.example/v1` or, on this origin, `/api`; or patterns; one, or a list. The header is also sent where a request
   * is redirected to, so list only servers that do not redirect, or that redirect to servers which allow it. Default: none.
   */
  traceparent?: Listed | false
  /** Whether a change of the route (the path, or a path in the fragment) without a load begins a new page view. Default: `true`. */
  routes?: boolean
  /**
   * Gets each beacon before it is sent, and returns it, changed or not, or `null` to discard it. It must not be async: a page
   * that is being closed waits for nothing.
   */
  beforeSend?: (beacon: RumBeacon) => RumBeacon | null | undefined
  /** Converts beacons for other servers than Whippet's collector. */
  format?: SenderOptions['format']
  /** Limits of what is stored where sending fails. */
  keep?: SenderOptions['keep']
}

export interface RumStats {
  /** Beacons that the server acknowledged, or that the browser accepted when the page was hidden. */
  beacons: number
  /** Their bytes. */
  bytes: number
  /** Beacons that the server refused, or that were given up. */
  lost: number
}

export interface Rum {
  /** Sets a mark, and reports it as a timing: the ms since the page view began, for a prerendered page since it was shown. */
  mark(name: string): void
  /**
   * Reports the time from `startMark` (default: the beginning of the page view) to `endMark` (default: now) as a timing.
   * Returns it in ms, or `undefined` if a mark is missing.
   */
  measure(name: string, startMark?: string, endMark?: string): number | undefined
  /** Reports a duration in ms. */
  timing(name: string, ms: number): void
  /** Adds `by` to a counter. Default: 1. */
  count(name: string, by?: number): void
  /** Sets a gauge: a value that rises and falls. */
  gauge(name: string, value: number): void
  /** Reports a caught error. */
  error(error: unknown): void
  /** Sends all measurements at once. */
  flush(): void
  /** Sends all measurements, removes all listeners, and measures nothing more. */
  stop(): void
  /** `false` stops measuring, and discards the visit's id and everything that is not sent yet. `true` starts again. */
  consent(agrees: boolean): void
  stats(): RumStats
}
