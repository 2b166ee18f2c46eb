import { LABEL, PAGE } from '../boundary/rum.js'
import type { BeaconBody, ErrorData, RumBeacon } from './beacon.js'
import { deviceInfo } from './device.js'
import { describeError, observeErrors } from './errors.js'
import { now, clearTimer, on, setTimer } from './lib/eventsAndTimers.js'
import { singleLine } from './lib/format.js'
import { attempt, callPageFunction } from './lib/guard.js'
import { plain } from './lib/properties.js'
import { randomId } from './lib/random.js'
import { createScope, endScope, onEnd, within } from './lib/scope.js'
import { recordLongFrame } from './longFrames.js'
import { createMeasurements, type Measurements } from './measurements.js'
import { observeNavigation } from './navigationTiming.js'
import { observeVitals } from './observeVitals.js'
import type { RumOptions } from './options.js'
import { pack } from './pack.js'
import { addResource } from './resources.js'
import { observeRoutes } from './routes.js'
import { routeOf, scrubRoute, scrubUrl } from './scrub.js'
import type { Sender } from './send/index.js'
import { isOwn } from './send/transport.js'
import { serializeBeacon } from './serializeBeacon.js'
import { currentVisit, isSampled } from './session.js'
import { type CounterDeltas, observeFetches, readTotals } from './toolkitCounters.js'
import { addTraceparent } from './traceparent.js'
import { documentNavigationType } from './vitals/metricReporter.js'
import { observe } from './vitals/observe.js'
import { observeLifecycle } from './vitals/pageLifecycle.js'
import type { Metric } from './vitals/types.js'

const enum Limit {
  /** The number of page views that are kept because they may still get a vital. */
  VIEWS = 8,
  /** The bounds of `flushInterval`, ms. Shorter intervals would cost more than they are worth; longer timers fire at once. */
  SHORTEST = 1000,
  LONGEST = 2 ** 31 - 1,
}

/** A page view: what all its beacons have in common, and what they are to report. */
export interface PageView {
  id$: string
  /** The id of its visit. */
  session$: string
  /** The page's route, and its name in beacons. */
  path$: string
  page$: string
  navigation$: string
  /** When it began, in ms since the document's time origin. */
  start$: number
  /** Whether its visit reports measurements, and whether it reports errors. */
  sampled$: boolean
  errorsSampled$: boolean
  /** What the next beacon reports. */
  batch$: Measurements
  /** What is being reported. It stays set where the browser stops the page's scripts meanwhile. */
  sending$: Measurements | undefined
  /** How many beacons it made. */
  sent$: number
}

export interface PageMonitor {
  /** The page view that the user sees. */
  view$(): PageView
  /** Records a caught error. */
  error$(error: unknown): void
  /** Sends all measurements. */
  flush$(): void
  /** Removes all listeners. Sends nothing. */
  end$(): void
}

/**
 * Measures the page from the user's consent until its withdrawal: observers, page views, and when beacons are sent.
 * `isLate`: ignore everything that happened before now.
 */
export function monitorPage(options: RumOptions, sender: Sender, deltas: CounterDeltas, isLate: boolean): PageMonitor {
  const { ignoreErrors, sampleRate: rate = 1, errorSampleRate: errorRate = rate, flushInterval = 10_000 } = options
  const scope = createScope()
  /** Oldest first; the last one is what the user sees. */
  const views: PageView[] = []
  /** Page views by the browser's `navigationId` of their soft navigation. */
  const softNavigations = new Map<number, PageView>()
  let pendingEntries: (() => PerformanceEntry[]) | undefined
  let flushTimer: unknown
  /** The number of calls of `flush` that are running. */
  let flushing = 0

  const view = () => views[views.length - 1]!
  const batch = () => view().batch$
  const addError = (error?: ErrorData) => error && batch().error(error)
  // What is no number is too short: a timer of `NaN` ms would fire at once, again and again.
  const scheduleFlush = (ms = flushInterval > Limit.SHORTEST ? Math.min(flushInterval, Limit.LONGEST) : Limit.SHORTEST) => {
    clearTimer(flushTimer)
    within(scope, () => {
      flushTimer = setTimer(() => {
        flush()
        scheduleFlush()
      }, ms)
    })
  }
  const newBatch = () => createMeasurements(() => scheduleFlush(0))

  const nameOf = (path: string): string => {
    const custom = callPageFunction(() => options.page?.(path))
    return (typeof custom === 'string' && label(custom, PAGE)) || label(scrubRoute(path, location.protocol), PAGE)
  }
  const beginView = (navigation: string, start = now(), path = routeOf(location), session = currentVisit()): PageView => {
    const view: PageView = {
      id$: randomId(),
      session$: session,
      path$: path,
      page$: nameOf(path),
      navigation$: navigation,
      start$: start,
      // Decided per view: one visit may end and another begin within a document.
      sampled$: isSampled(session, rate),
      errorsSampled$: isSampled(session, errorRate),
      batch$: newBatch(),
      // Set now: a page may have a setter of this name on `Object.prototype`.
      sending$: undefined,
      sent$: 0,
    }
    views.push(view)
    return view
  }
  /** The page view that began with the document, or with its return from the back/forward cache. */
  let documentView = beginView(documentNavigationType(), isLate ? now() : 0)

  const scrub = (url: string): string => {
    const custom = options.scrubUrl
    const scrubbed = custom ? callPageFunction(() => custom(url)) : scrubUrl(url)
    return typeof scrubbed === 'string' ? scrubbed : ''
  }

  /** The page view that a vital belongs to. The user may see a later one already. */
  const viewOf = ({ navigationType, navigationId, navigationStartTime, navigationURL }: Metric): PageView => {
    if (navigationType !== 'soft-navigation') {
      documentView.navigation$ = navigationType
      return documentView
    }
    const path = attempt(() => routeOf(new URL(navigationURL!))) ?? view().path$
    // A soft navigation starts with the interaction, and the route changes a moment later.
    let found =
      softNavigations.get(navigationId) ?? views.find((view) => view.start$ >= navigationStartTime! && view.path$ === path)
    if (!found) {
      // The browser reports a soft navigation although the path did not change.
      found = beginView(navigationType, navigationStartTime, path, view().session$)
      // Views stay in the order of their start, so that the last one is what the user sees.
      views.sort((a, b) => a.start$ - b.start$)
    }
    softNavigations.set(navigationId, found)
    // Later changes of the route, which the browser does not report, may have displaced it.
    if (!views.includes(found)) views.unshift(found)
    for (const id of softNavigations.keys()) if (softNavigations.size > Limit.VIEWS) softNavigations.delete(id)
    return found
  }

  const recordServerTimings = ({ serverTiming }: PerformanceResourceTiming) => {
    for (const { name, duration } of serverTiming ?? []) batch().record(`server.${name}`, duration)
  }
  const recordEntries = (entries: PerformanceEntry[] = []) => {
    for (const entry of entries) {
      attempt(() => {
        const resource = entry as PerformanceResourceTiming
        if (entry.entryType !== 'resource') recordLongFrame(entry as PerformanceLongAnimationFrameTiming, batch(), scrub)
        else if (!isOwn(entry.name)) {
          addResource(resource, batch().resource)
          recordServerTimings(resource)
        }
      })
    }
  }

  /** Takes what was not delivered yet, and what was counted since it was last called: all of it belongs to the current view. */
  const collect = () => {
    recordEntries(pendingEntries?.())
    for (const [name, total] of Object.entries(readTotals(options))) batch().count(name, deltas(name, total))
  }

  /** The beacons of a view's batch. If that is interrupted and repeated, the beacons get the same ids again. */
  const beaconsOf = (view: PageView, sending: Measurements): RumBeacon[] => {
    const drops = new Map(sending.drops)
    const drop = (list: string, by = 1) => drops.set(list, (drops.get(list) ?? 0) + by)
    const packed = (rate: number, body: BeaconBody) => (Object.keys(body).length ? pack(header(view, rate), body, drop) : [])
    const errors = view.errorsSampled$ ? sending.errors() : {}
    const body = view.sampled$ ? sending.body(drop) : {}
    // Errors with a sample rate of their own need beacons of their own.
    const beacons =
      errorRate === rate ? packed(rate, { ...body, ...errors }) : [...packed(rate, body), ...packed(errorRate, errors)]

    const last = beacons.pop()
    if (last) {
      let dropped = 0
      for (const by of drops.values()) dropped += by
      beacons.push(dropped ? { ...last, dropped, drops: Object.fromEntries(drops) } : last)
    } else for (const [list, by] of drops) view.batch$.drop(list, by)
    // A page view that has measured nothing counts by a beacon of its own: neither errors nor drops tell of one.
    if (!Object.keys(body).length && view.sampled$ && view.start$ && !view.sent$) beacons.unshift(header(view, rate))
    return beacons
  }
  const header = (view: PageView, sampleRate: number): RumBeacon => ({
    ...plain<RumBeacon>({
      v: 1,
      id: '',
      session: view.session$,
      view: view.id$,
      app: label(options.app, LABEL) || 'unnamed',
      release: label(options.release, LABEL) || undefined,
      page: view.page$,
      navigation: view.navigation$,
      ...deviceInfo(),
      sentAt: Date.now(),
    }),
    // A number also where the page gave a string, as from a variable of its build.
    ...(sampleRate < 1 && { sampleRate: +sampleRate }),
  })
  const send = (beacon: RumBeacon, leaving: boolean) => {
    const { beforeSend } = options
    const approved = beforeSend ? callPageFunction(() => beforeSend(beacon)) : beacon
    const text = approved && callPageFunction(() => serializeBeacon(approved))
    // `beforeSend` may have withdrawn consent.
    if (!text || scope.isEnded$) return
    sender.send({ id: beacon.id, text }, leaving)
    // Keeps the visit alive.
    currentVisit()
  }
  const flushView = (view: PageView, leaving: boolean) => {
    // An interrupted report is repeated.
    if (!view.sending$) [view.sending$, view.batch$] = [view.batch$, newBatch()]
    attempt(() => {
      let { sent$: sent } = view
      for (const beacon of beaconsOf(view, view.sending$!)) {
        beacon.id = `${view.id$}-${++sent}`
        send(beacon, leaving)
      }
      view.sent$ = sent
    })
    view.sending$ = undefined
  }
  /** `leaving`: the page is hidden, and may never run again. */
  const flush = (leaving = false) => {
    // A prerendered page may never be shown. The page's functions may call `flush` again. Only one nested call is useful:
    // Firefox stops a script that runs during `pagehide`, and then fires `visibilitychange`.
    if (scope.isEnded$ || document.prerendering || flushing > (leaving ? 1 : 0)) return
    flushing++
    attempt(collect)
    for (const view of views) flushView(view, leaving)
    // The document's view is kept: where the browser reports no soft navigations, its CLS and INP continue.
    while (views.length > Limit.VIEWS) views.splice(+(views[0] === documentView), 1)
    flushing = 0
    if (leaving) clearTimer(flushTimer)
    else scheduleFlush()
  }

  const measure = () => {
    const { client, routes, traceparent, endpoint } = options
    pendingEntries = observe(['resource', 'long-animation-frame'], recordEntries, !isLate)
    const parts = [
      () => isLate || observeNavigation(() => documentView.batch$, recordServerTimings),
      () => observeVitals(isLate, scrub, (metric, data) => viewOf(metric).batch$.vital(metric.name, data)),
      () => observeFetches(client, (ms) => batch().record('query.fetch', ms)),
      () => {
        let route = documentView.path$
        /** The interactions until the last change of the route. */
        let interactions = NaN
        if (routes !== false)
          observeRoutes((change) => {
            const path = routeOf(location)
            if (path === route) return
            route = path
            // What is replaced before the user does anything was a redirect: the page view goes on under the name of where it led.
            if (change?.navigationType === 'replace' && interactions === performance.interactionCount && !view().sent$) {
              view().page$ = nameOf(path)
            } else {
              attempt(collect)
              beginView('soft-navigation')
            }
            interactions = performance.interactionCount!
          })
      },
      () => {
        const listed = [traceparent || []].flat()
        if (listed.length) addTraceparent(listed, endpoint, () => view().session$ + view().id$)
      },
    ]
    for (const part of parts) attempt(part)
  }

  const { sampled$: sampled, errorsSampled$: errorsSampled } = documentView
  if (sampled || errorsSampled) {
    within(scope, () => {
      onEnd(() => clearTimer(flushTimer))
      // Before the vitals: after a return from the back/forward cache they report to the new page view.
      observeLifecycle(
        undefined,
        () => {
          documentView = beginView('back-forward-cache')
          scheduleFlush()
        },
        () => flush(true),
      )
      if (errorsSampled) observeErrors(addError, ignoreErrors)
      if (sampled) measure()
      on(globalThis, 'visibilitychange', () => document.visibilityState === 'visible' && scheduleFlush())
      scheduleFlush()
    })
  }
  return {
    view$: view,
    error$(error) {
      if (view().errorsSampled$) addError(describeError(error, ignoreErrors))
    },
    flush$: () => flush(),
    end$: () => endScope(scope),
  }
}

/** A name as beacons have it. The collector refuses one of spaces only; a release that is read from a file ends in a line feed. */
const label = (name: unknown, bytes: number): string => singleLine(String(name ?? '').trim(), bytes)
