import { LABEL, PAGE } from '../boundary/rum.js'
import type { RumBeacon, VitalData } from './beacon.js'
import { deviceInfo } from './device.js'
import { describeError, observeErrors } from './errors.js'
import { now, on, setTimer } from './lib/eventsAndTimers.js'
import { singleLine } from './lib/format.js'
import { attempt, callPageFunction } from './lib/guard.js'
import { defineOwn } from './lib/properties.js'
import { recordLongFrame } from './longFrames.js'
import type { Measurements } from './measurements.js'
import { observeNavigation } from './navigationTiming.js'
import { observeVitals } from './observeVitals.js'
import type { RumOptions } from './options.js'
import { pack } from './pack.js'
import { PageView } from './pageView.js'
import { addResource } from './resources.js'
import { observeRoutes } from './routes.js'
import { routeOf, scrubRoute, scrubUrl } from './scrub.js'
import type { Sender } from './send/index.js'
import { serializeBeacon } from './serializeBeacon.js'
import { currentVisit, isSampled } from './session.js'
import { type CounterDeltas, observeFetches, readTotals } from './toolkitCounters.js'
import { addTraceparent } from './traceparent.js'
import { documentNavigationType } from './vitals/metricReporter.js'
import { observe, type Observation } from './vitals/observe.js'
import { observeLifecycle } from './vitals/pageLifecycle.js'
import type { Metric } from './vitals/types.js'

/** The number of page views that are kept because they may still get a vital. */
const VIEWS = 8
/** The bounds of `flushInterval`, ms. Shorter intervals would cost more than they are worth; longer timers fire at once. */
const SHORTEST = 1000
const LONGEST = 2 ** 31 - 1

/** Measures the page from the user's consent until its withdrawal: observers, page views, and when beacons are sent. */
export class PageMonitor {
  /** Oldest first; the last one is what the user sees. */
  readonly #views: PageView[] = []
  /** The page view that began with the document, or with its return from the back/forward cache. */
  #document: PageView
  /** Page views by the browser's `navigationId` of their soft navigation. */
  readonly #softNavigations = new Map<number, PageView>()
  readonly #undos: (() => void)[] = []
  #observation: Observation | undefined
  #cancelFlush = () => {}
  /** The number of calls of `flush` that are running. */
  #flushing = 0
  #ended = false
  readonly #options: RumOptions
  readonly #sender: Sender
  readonly #deltas: CounterDeltas
  readonly #rate: number
  readonly #errorRate: number

  /** `isLate`: ignore everything that happened before now. */
  constructor(
    options: RumOptions,
    sender: Sender,
    deltas: CounterDeltas,
    isLate: boolean,
  ) {
    this.#options = options
    this.#sender = sender
    this.#deltas = deltas
    const session = currentVisit()
    this.#rate = options.sampleRate ?? 1
    this.#errorRate = options.errorSampleRate ?? this.#rate
    this.#document = this.#beginView(session, documentNavigationType(), isLate ? now() : 0)
    const { sampled, errorsSampled } = this.view
    if (!sampled && !errorsSampled) return

    // Before the vitals: after a return from the back/forward cache they report to the new page view.
    this.#install(() => observeLifecycle({ restored: () => this.#restore(), flush: () => this.flush(true) }))
    if (errorsSampled) this.#install(() => observeErrors((error) => this.view.batch.error(error), options.ignoreErrors))
    if (sampled) this.#measure(isLate)
    const onVisibility = () => document.visibilityState === 'visible' && this.#scheduleFlush()
    this.#undos.push(on(globalThis, 'visibilitychange', onVisibility))
    this.#scheduleFlush()
  }

  /** The page view that the user sees. */
  get view(): PageView {
    return this.#views[this.#views.length - 1]!
  }

  /** Records a caught error. */
  error(error: unknown): void {
    const described = this.view.errorsSampled && describeError(error, this.#options.ignoreErrors)
    if (described) this.view.batch.error(described)
  }

  /** Sends all measurements. `leaving`: the page is hidden, and may never run again. */
  flush(leaving = false): void {
    // A prerendered page may never be shown.
    if (this.#ended || document.prerendering) return
    // The page's functions may call `flush` again. Only one nested call is useful: Firefox stops a script that runs during
    // `pagehide`, and then fires `visibilitychange`.
    if (this.#flushing > (leaving ? 1 : 0)) return
    this.#flushing++
    attempt(() => {
      this.#recordEntries(this.#observation?.take() ?? [])
      this.#recordCounters()
    })
    for (const view of this.#views) attempt(() => this.#flushView(view, leaving))
    // The document's view is kept: where the browser reports no soft navigations, its CLS and INP continue.
    while (this.#views.length > VIEWS) this.#views.splice(this.#views[0] === this.#document ? 1 : 0, 1)
    this.#flushing = 0
    if (leaving) this.#cancelFlush()
    else this.#scheduleFlush()
  }

  /** Removes all listeners. Sends nothing. */
  end(): void {
    this.#ended = true
    this.#cancelFlush()
    for (const undo of this.#undos.splice(0)) attempt(undo)
    for (const { batch } of this.#views) batch.free()
  }

  #measure(isLate: boolean): void {
    const { client, routes, traceparent } = this.#options
    const scrub = this.#scrub
    if (!isLate) {
      const onEntry = (entry: PerformanceNavigationTiming) => this.#recordServerTimings(entry)
      const view = this.#document
      const onLoad = (ms: number) => view.batch.record('page.load', ms)
      this.#install(() => observeNavigation((name, ms) => view.batch.phase(name, ms), onLoad, onEntry))
    }
    this.#observation = observe(['resource', 'long-animation-frame'], (entries) => this.#recordEntries(entries), !isLate)
    this.#install(() => this.#observation?.stop)
    this.#install(() => observeVitals(isLate, scrub, (metric, data) => this.#recordVital(metric, data)))
    this.#install(() => observeFetches(client, (ms) => this.view.batch.record('query.fetch', ms)))
    if (routes !== false) this.#install(() => observeRoutes(() => this.#changeRoute()))
    if (traceparent && traceparent.length) {
      this.#install(() => addTraceparent(traceparent, this.#options.endpoint, () => this.view.session + this.view.id))
    }
  }

  #install(observe: () => (() => void) | undefined): void {
    const undo = attempt(observe)
    if (undo) this.#undos.push(undo)
  }

  readonly #scrub = (url: string): string => {
    const custom = this.#options.scrubUrl
    const scrubbed = custom ? callPageFunction(() => custom(url)) : scrubUrl(url)
    return typeof scrubbed === 'string' ? scrubbed : ''
  }

  #beginView(session: string, navigation: string, start: number, path = routeOf(location)): PageView {
    const custom = callPageFunction(() => this.#options.page?.(path))
    const page = (typeof custom === 'string' && singleLine(custom, PAGE)) || singleLine(scrubRoute(path), PAGE)
    const view = new PageView(session, path, page, navigation, start, () => this.#scheduleFlush(0))
    // Decided per view: one visit may end and another begin within a document.
    view.sampled = isSampled(session, this.#rate)
    view.errorsSampled = isSampled(session, this.#errorRate)
    this.#views.push(view)
    return view
  }

  #restore(): void {
    this.#document = this.#beginView(currentVisit(), 'back-forward-cache', now())
    this.#scheduleFlush()
  }

  #changeRoute(): void {
    if (routeOf(location) !== this.view.path) this.#beginView(currentVisit(), 'soft-navigation', now())
  }

  #recordVital(metric: Metric, data: VitalData): void {
    const view = this.#viewOf(metric)
    if (view === this.#document) view.navigation = metric.navigationType
    view.batch.vital(metric.name, data)
  }

  /** The page view that a vital belongs to. The user may see a later one already. */
  #viewOf({ navigationType, navigationId, navigationStartTime = 0, navigationURL = '' }: Metric): PageView {
    if (navigationType !== 'soft-navigation') return this.#document
    const path = attempt(() => routeOf(new URL(navigationURL))) ?? this.view.path
    let view = this.#softNavigations.get(navigationId)
    // A soft navigation starts with the interaction, and the route changes a moment later.
    view ??= this.#views.find((view) => view.start >= navigationStartTime && view.path === path)
    if (!view) {
      // The browser reports a soft navigation although the path did not change.
      view = this.#beginView(this.view.session, 'soft-navigation', navigationStartTime, path)
      const last = this.#views.length - 1
      // Views stay in the order of their start, so that the last one is what the user sees.
      if (this.#views[last - 1]!.start > view.start) this.#views.splice(last - 1, 0, this.#views.pop()!)
    }
    this.#softNavigations.set(navigationId, view)
    for (const id of this.#softNavigations.keys()) if (this.#softNavigations.size > VIEWS) this.#softNavigations.delete(id)
    return view
  }

  #recordEntries(entries: PerformanceEntry[]): void {
    const { batch } = this.view
    for (const entry of entries) {
      attempt(() => {
        if (entry.entryType !== 'resource') recordLongFrame(entry as PerformanceLongAnimationFrameTiming, batch, this.#scrub)
        else if (!this.#sender.isOwn(entry.name)) {
          addResource(entry as PerformanceResourceTiming, (host, kind) => batch.resource(host, kind))
          this.#recordServerTimings(entry as PerformanceResourceTiming)
        }
      })
    }
  }

  #recordServerTimings({ serverTiming }: PerformanceResourceTiming): void {
    for (const { name, duration } of serverTiming ?? []) this.view.batch.record(`server.${name}`, duration)
  }

  #recordCounters(): void {
    for (const [name, total] of Object.entries(readTotals(this.#options))) {
      this.view.batch.count(name, this.#deltas.take(name, total))
    }
  }

  #flushView(view: PageView, leaving: boolean): void {
    const batch = view.take()
    if (!batch) return
    try {
      this.#sendBatch(view, batch, leaving)
    } finally {
      view.sending = undefined
      batch.free()
    }
  }

  /** Sends the batch of a view. If that is interrupted and repeated, the beacons get the same ids again. */
  #sendBatch(view: PageView, batch: Measurements, leaving: boolean): void {
    const drops = new Map(batch.drops)
    const drop = (list: string, by: number) => drops.set(list, (drops.get(list) ?? 0) + by)
    const errors = view.errorsSampled ? batch.errors() : []
    const body = view.sampled ? batch.body(drop) : {}
    // Errors with a sample rate of their own need beacons of their own.
    const separate = errors.length > 0 && this.#errorRate !== this.#rate
    if (errors.length && !separate) defineOwn(body, { errors })
    const beacons = Object.keys(body).length ? pack(this.#header(view, this.#rate), body, drop) : []
    if (separate) beacons.push(...pack(this.#header(view, this.#errorRate), { errors }, drop))

    const last: RumBeacon | undefined = beacons.at(-1)
    if (last && drops.size) {
      const dropped = [...drops.values()].reduce((sum, by) => sum + by, 0)
      defineOwn(last, { dropped, drops: Object.fromEntries(drops) })
    }
    let { sent } = view
    for (const beacon of beacons) {
      beacon.id = `${view.id}-${++sent}`
      this.#send(beacon, leaving)
    }
    view.sent = sent
    if (!last) for (const [list, by] of drops) view.batch.drop(list, by)
  }

  #send(beacon: RumBeacon, leaving: boolean): void {
    const { beforeSend } = this.#options
    const approved = beforeSend ? callPageFunction(() => beforeSend(beacon)) : beacon
    const text = approved && callPageFunction(() => serializeBeacon(approved))
    // `beforeSend` may have withdrawn consent.
    if (!text || this.#ended) return
    this.#sender.send({ id: beacon.id, text }, leaving)
    // Keeps the visit alive.
    currentVisit()
  }

  #header(view: PageView, rate: number): RumBeacon {
    const { app, release } = this.#options
    return {
      v: 1,
      id: '',
      session: view.session,
      view: view.id,
      app: singleLine(String(app ?? ''), LABEL) || 'unnamed',
      ...(release && { release: singleLine(String(release), LABEL) }),
      page: view.page,
      navigation: view.navigation,
      ...deviceInfo(),
      sentAt: Date.now(),
      ...(rate < 1 && { sampleRate: rate }),
    }
  }

  #scheduleFlush(ms = Math.min(Math.max(this.#options.flushInterval ?? 10_000, SHORTEST), LONGEST)): void {
    this.#cancelFlush()
    if (this.#ended) return
    this.#cancelFlush = setTimer(() => {
      this.flush()
      this.#scheduleFlush()
    }, ms)
  }
}
