// A page that is measured: hooks, what waits of each page view, and when it is sent.
import { describeError, watchErrors } from './errors.js'
import { define } from './define.js'
import { deviceInfo } from './device.js'
import { type Deltas, totals, watchFetches } from './figures.js'
import { addFrame } from './frames.js'
import { attempt, guard } from './guard.js'
import { later, now, on } from './hooks.js'
import { LABEL, PAGE } from '../boundary/rum.js'
import { watchNavigation } from './navigation.js'
import type { RumBeacon, RumOptions } from './options.js'
import { pack } from './pack.js'
import { addResource } from './resources.js'
import { watchRoutes } from './routes.js'
import { routeOf, scrubRoute, scrubUrl } from './scrub.js'
import type { Sender } from './send/index.js'
import { isSampled, visit } from './session.js'
import { line } from './text.js'
import { addTraceparent } from './trace.js'
import { View } from './view.js'
import { watchVitals } from './vitalData.js'
import { textOf } from './word.js'
import { observe, type Observation } from './vitals/observe.js'
import { attend } from './vitals/page.js'
import type { Batch, VitalData } from './batch.js'
import { arrival } from './vitals/listener.js'
import type { Metric } from './vitals/types.js'

/** Page views that may still get a vital. */
const VIEWS = 8
/** Timers above this fire at once; below a second they would cost more than they tell. */
const SHORTEST = 1000
const LONGEST = 2 ** 31 - 1

export class Run {
  /** Oldest first; the last one is what the user sees. */
  readonly #views: View[] = []
  /** The page view that the document, or its return from the back/forward cache, began. */
  #document: View
  /** Page views by the browser's number of the soft navigation. */
  readonly #soft = new Map<number, View>()
  readonly #undos: (() => void)[] = []
  #observation: Observation | undefined
  #unwait = () => {}
  /** How many are under way. */
  #flushing = 0
  #ended = false
  readonly #options: RumOptions
  readonly #sender: Sender
  readonly #deltas: Deltas
  readonly #rate: number
  readonly #errorRate: number

  /** `isLate`: nothing that happened before this is looked at. */
  constructor(
    options: RumOptions,
    sender: Sender,
    deltas: Deltas,
    isLate: boolean,
  ) {
    this.#options = options
    this.#sender = sender
    this.#deltas = deltas
    const session = visit()
    this.#rate = options.sampleRate ?? 1
    this.#errorRate = options.errorSampleRate ?? this.#rate
    this.#document = this.#begin(session, arrival(), isLate ? now() : 0)
    const { sampled, errorsSampled } = this.view
    if (!sampled && !errorsSampled) return

    // Before the vitals: what they report of a page that came back belongs to the new page view.
    this.#hook(() => attend({ restored: () => this.#restore(), last: () => this.flush(true) }))
    if (errorsSampled) this.#hook(() => watchErrors((error) => this.view.batch.error(error), options.ignoreErrors))
    if (sampled) this.#measure(isLate)
    const shown = () => document.visibilityState === 'visible' && this.#wait()
    this.#undos.push(on(globalThis, 'visibilitychange', shown))
    this.#wait()
  }

  /** What the user sees now. */
  get view(): View {
    return this.#views[this.#views.length - 1]!
  }

  /** An error that was caught. */
  error(error: unknown): void {
    const described = this.view.errorsSampled && describeError(error, this.#options.ignoreErrors)
    if (described) this.view.batch.error(described)
  }

  /** Sends what waits; `leaving`: the page is hidden, and may never be seen again. */
  flush(leaving = false): void {
    // A page that nobody may ever see has nothing to tell.
    if (this.#ended || document.prerendering) return
    // The page's own functions may ask for another. But a page that is closed may find one that was cut off: Firefox ends
    // what runs at `pagehide`, and then tells of `visibilitychange`.
    if (this.#flushing > (leaving ? 1 : 0)) return
    this.#flushing++
    attempt(() => {
      this.#see(this.#observation?.take() ?? [])
      this.#collect()
    })
    for (const view of this.#views) attempt(() => this.#tell(view, leaving))
    // The document's stays: its CLS and INP go on where soft navigations have none of their own.
    while (this.#views.length > VIEWS) this.#views.splice(this.#views[0] === this.#document ? 1 : 0, 1)
    this.#flushing = 0
    if (leaving) this.#unwait()
    else this.#wait()
  }

  /** Undoes all hooks. What waits is not sent any more. */
  end(): void {
    this.#ended = true
    this.#unwait()
    for (const undo of this.#undos.splice(0)) attempt(undo)
    for (const { batch } of this.#views) batch.free()
  }

  #measure(isLate: boolean): void {
    const { client, routes, traceparent } = this.#options
    const scrub = this.#scrub
    if (!isLate) {
      const timings = (entry: PerformanceNavigationTiming) => this.#serverTimings(entry)
      const view = this.#document
      const load = (ms: number) => view.batch.record('page.load', ms)
      this.#hook(() => watchNavigation((name, ms) => view.batch.phase(name, ms), load, timings))
    }
    this.#observation = observe(['resource', 'long-animation-frame'], (entries) => this.#see(entries), !isLate)
    this.#hook(() => this.#observation?.stop)
    this.#hook(() => watchVitals(isLate, scrub, (metric, data) => this.#vital(metric, data)))
    this.#hook(() => watchFetches(client, (ms) => this.view.batch.record('query.fetch', ms)))
    if (routes !== false) this.#hook(() => watchRoutes(() => this.#changeRoute()))
    if (traceparent && traceparent.length) {
      this.#hook(() => addTraceparent(traceparent, this.#options.endpoint, () => this.view.session + this.view.id))
    }
  }

  #hook(install: () => (() => void) | undefined): void {
    const undo = attempt(install)
    if (undo) this.#undos.push(undo)
  }

  readonly #scrub = (url: string): string => {
    const own = this.#options.scrubUrl
    const scrubbed = own ? guard(() => own(url)) : scrubUrl(url)
    return typeof scrubbed === 'string' ? scrubbed : ''
  }

  /** A new page view begins; what is reported from now on is its own. */
  #begin(session: string, navigation: string, start: number, path = routeOf(location)): View {
    const named = guard(() => this.#options.page?.(path))
    const page = (typeof named === 'string' && line(named, PAGE)) || line(scrubRoute(path), PAGE)
    const view = new View(session, path, page, navigation, start, () => this.#wait(0))
    // Of each view: a visit that ends and one that begins may share a document.
    view.sampled = isSampled(session, this.#rate)
    view.errorsSampled = isSampled(session, this.#errorRate)
    this.#views.push(view)
    return view
  }

  #restore(): void {
    this.#document = this.#begin(visit(), 'back-forward-cache', now())
    this.#wait()
  }

  #changeRoute(): void {
    if (routeOf(location) !== this.view.path) this.#begin(visit(), 'soft-navigation', now())
  }

  #vital(metric: Metric, data: VitalData): void {
    const view = this.#viewOf(metric)
    if (view === this.#document) view.navigation = metric.navigationType
    view.batch.vital(metric.name, data)
  }

  /** The page view that a vital belongs to, which by now may be another than what the user sees. */
  #viewOf({ navigationType, navigationId, navigationStartTime = 0, navigationURL = '' }: Metric): View {
    if (navigationType !== 'soft-navigation') return this.#document
    const path = attempt(() => routeOf(new URL(navigationURL))) ?? this.view.path
    let view = this.#soft.get(navigationId)
    // The route changes a moment after the interaction that the browser counts from.
    view ??= this.#views.find((view) => view.start >= navigationStartTime && view.path === path)
    if (!view) {
      // The browser saw one where the path stayed as it was.
      view = this.#begin(this.view.session, 'soft-navigation', navigationStartTime, path)
      const last = this.#views.length - 1
      // It is what the user sees, unless another came since.
      if (this.#views[last - 1]!.start > view.start) this.#views.splice(last - 1, 0, this.#views.pop()!)
    }
    this.#soft.set(navigationId, view)
    for (const id of this.#soft.keys()) if (this.#soft.size > VIEWS) this.#soft.delete(id)
    return view
  }

  #see(entries: PerformanceEntry[]): void {
    const { batch } = this.view
    for (const entry of entries) {
      attempt(() => {
        if (entry.entryType !== 'resource') addFrame(entry as PerformanceLongAnimationFrameTiming, batch, this.#scrub)
        else if (!this.#sender.isOwn(entry.name)) {
          addResource(entry as PerformanceResourceTiming, (host, kind) => batch.resource(host, kind))
          this.#serverTimings(entry as PerformanceResourceTiming)
        }
      })
    }
  }

  #serverTimings({ serverTiming }: PerformanceResourceTiming): void {
    for (const { name, duration } of serverTiming ?? []) this.view.batch.record(`server.${name}`, duration)
  }

  #collect(): void {
    for (const [name, total] of Object.entries(totals(this.#options))) {
      this.view.batch.count(name, this.#deltas.take(name, total))
    }
  }

  #tell(view: View, leaving: boolean): void {
    const telling = view.turn()
    if (!telling) return
    try {
      this.#say(view, telling, leaving)
    } finally {
      view.telling = undefined
      telling.free()
    }
  }

  /** Sends what `batch` holds; once more by the same names, where that was cut off. */
  #say(view: View, batch: Batch, leaving: boolean): void {
    const drops = new Map(batch.drops)
    const drop = (list: string, by: number) => drops.set(list, (drops.get(list) ?? 0) + by)
    const errors = view.errorsSampled ? batch.errors() : []
    const body = view.sampled ? batch.body(drop) : {}
    const apart = errors.length > 0 && this.#errorRate !== this.#rate
    if (errors.length && !apart) define(body, { errors })
    const beacons = Object.keys(body).length ? pack(this.#head(view, this.#rate), body, drop) : []
    // Counted at a rate of their own.
    if (apart) beacons.push(...pack(this.#head(view, this.#errorRate), { errors }, drop))

    const last: RumBeacon | undefined = beacons.at(-1)
    if (last && drops.size) {
      const dropped = [...drops.values()].reduce((sum, by) => sum + by, 0)
      define(last, { dropped, drops: Object.fromEntries(drops) })
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
    const told = beforeSend ? guard(() => beforeSend(beacon)) : beacon
    const text = told && guard(() => textOf(told))
    // Consent may have been taken back in `beforeSend`.
    if (!text || this.#ended) return
    this.#sender.send({ id: beacon.id, text }, leaving)
    // A sign of life.
    visit()
  }

  #head(view: View, rate: number): RumBeacon {
    const { app, release } = this.#options
    return {
      v: 1,
      id: '',
      session: view.session,
      view: view.id,
      app: line(String(app ?? ''), LABEL) || 'unnamed',
      ...(release && { release: line(String(release), LABEL) }),
      page: view.page,
      navigation: view.navigation,
      ...deviceInfo(),
      sentAt: Date.now(),
      ...(rate < 1 && { sampleRate: rate }),
    }
  }

  #wait(ms = Math.min(Math.max(this.#options.flushInterval ?? 10_000, SHORTEST), LONGEST)): void {
    this.#unwait()
    if (this.#ended) return
    this.#unwait = later(() => {
      this.flush()
      this.#wait()
    }, ms)
  }
}
