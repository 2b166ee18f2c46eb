// The page's lifecycle: shown, hidden, restored from the back/forward cache.
import { now, on, once, setTimer } from '../lib/eventsAndTimers.js'
import { attempt } from '../lib/guard.js'
import { copyOwn } from '../lib/properties.js'
import { createScope, endScope, inScope, onEnd, within } from '../lib/scope.js'

/** Callbacks for lifecycle events. All `hidden` callbacks run before the first `flush`, which sends beacons. */
export interface LifecycleObserver {
  /** The page is hidden or closed, and may never run again. */
  hidden?(event: Event): void
  /** Called after all `hidden` callbacks. */
  flush?(event: Event): void
  /** The page returned from the back/forward cache, which begins a new page view. */
  restored?(event: PageTransitionEvent): void
}

const observers = new Set<(name: keyof LifecycleObserver, event: Event) => void>()
/** The scope of the listeners, while there are observers. */
let listening = createScope()
/**
 * When the page was first hidden in this page view: 0 if it was loaded in the background, `Infinity` if it never was; negative
 * until visibility is observed.
 */
export let hiddenAt = -1
/** When the page returned from the back/forward cache; negative if it did not. */
export let restoredAt = -1

/** Called for a soft navigation: its page view begins visible. */
export function resetFirstHidden(): void {
  hiddenAt = Infinity
}

/** The navigation entry, unless its `responseStart` is impossible: some browsers report 0 or a time in the future. */
export function navigationEntry(): PerformanceNavigationTiming | undefined {
  const entry = attempt(() => performance.getEntriesByType('navigation')[0])
  return entry && entry.responseStart > 0 && entry.responseStart < now() ? entry : undefined
}

/** When a prerendered page was shown; otherwise 0. */
export const activationStart = () => navigationEntry()?.activationStart ?? 0

/** Starts to observe whether the page is hidden. */
export function observeVisibility(): void {
  // While it is prerendering, a page is always hidden.
  if (hiddenAt < 0) hiddenAt = document.prerendering ? Infinity : (recordedHiddenTime() ?? initialHiddenTime())
  observeLifecycle({})
}

/** Adds an observer, until the scope ends. */
export function observeLifecycle(observer: LifecycleObserver): void {
  if (!observers.size) {
    within((listening = createScope()), () => {
      on(globalThis, 'visibilitychange', onVisibility)
      on(globalThis, 'prerenderingchange', onVisibility)
      on(globalThis, 'pagehide', notifyHidden)
      on(globalThis, 'pageshow', onShow)
    })
  }
  const own = copyOwn(observer)
  const tell = inScope((name: keyof LifecycleObserver, event: Event) => own[name]?.(event as never))
  observers.add(tell)
  onEnd(() => {
    observers.delete(tell)
    if (!observers.size) endScope(listening)
  })
}

/** Calls `run` once the page is not prerendering. Throws on a server, where there is no document. */
export function whenActivated(run: () => void): void {
  if (document.prerendering) once('prerenderingchange', run)
  else run()
}

/** Calls `run` after the load event of a page that is not prerendering. */
export const whenLoaded = (run: () => void): void =>
  whenActivated(() => {
    // In a separate task: `loadEventEnd` is set after all listeners have run.
    const later = () => setTimer(run)
    if (document.readyState === 'complete') later()
    else once('load', later)
  })

/** The first hidden time according to the browser's `visibility-state` entries, where it has them. */
function recordedHiddenTime(): number | undefined {
  const start = activationStart()
  const states = attempt(() => performance.getEntriesByType('visibility-state'))
  return states?.find(({ name, startTime }) => name === 'hidden' && startTime >= start)?.startTime
}

/** A page that is hidden now counts as hidden from the start. */
const initialHiddenTime = () => (document.visibilityState === 'hidden' ? 0 : Infinity)

function onVisibility(event: Event): void {
  if (document.visibilityState !== 'hidden') return
  const changed = event.type === 'visibilitychange'
  if (changed) notifyHidden(event)
  // A page that is activated in the background was hidden from the start.
  if (hiddenAt === Infinity) hiddenAt = changed ? event.timeStamp : 0
}

function notify(name: keyof LifecycleObserver, event: Event): void {
  for (const tell of observers) tell(name, event)
}

function notifyHidden(event: Event): void {
  notify('hidden', event)
  notify('flush', event)
}

function onShow(event: PageTransitionEvent): void {
  if (!event.persisted) return
  restoredAt = event.timeStamp
  notify('restored', event)
  // Some browsers update `visibilityState` one task later.
  if (hiddenAt >= 0) setTimer(() => (hiddenAt = initialHiddenTime()))
}
