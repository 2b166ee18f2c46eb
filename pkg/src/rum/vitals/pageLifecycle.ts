// The page's lifecycle: shown, hidden, restored from the back/forward cache.
import { native, nextFrame, now, on, setTimer } from '../lib/eventsAndTimers.js'
import { attempt } from '../lib/guard.js'

/** Callbacks for lifecycle events. All `hidden` callbacks run before the first `flush`, which sends beacons. */
export interface LifecycleObserver {
  /** The page is hidden or closed, and may never run again. */
  hidden?(event: Event): void
  /** Called after all `hidden` callbacks. */
  flush?(event: Event): void
  /** The page returned from the back/forward cache, which begins a new page view. */
  restored?(event: PageTransitionEvent): void
}

const observers = new Set<LifecycleObserver>()
/** Removes the listeners. Empty while there are no observers. */
let unlisten: (() => void)[] = []
/** When the page was first hidden in this page view; negative until visibility is observed. */
let hiddenAt = -1
let restoredAt = -1

/** When the page returned from the back/forward cache; negative if it did not. */
export const bfcacheRestoreTime = () => restoredAt

/** When the page was first hidden: 0 if it was loaded in the background, `Infinity` if it never was. */
export const firstHiddenTime = () => hiddenAt

/** Called for a soft navigation: its page view begins visible. */
export function resetFirstHidden(): void {
  hiddenAt = Infinity
}

/** The navigation entry, unless its `responseStart` is impossible: some browsers report 0 or a time in the future. */
export function navigationEntry(): PerformanceNavigationTiming | undefined {
  const [entry] = attempt(() => performance.getEntriesByType('navigation') as PerformanceNavigationTiming[]) ?? []
  return entry && entry.responseStart > 0 && entry.responseStart < now() ? entry : undefined
}

/** When a prerendered page was shown; otherwise 0. */
export const activationStart = () => navigationEntry()?.activationStart ?? 0

/** Starts to observe whether the page is hidden; returns a function that stops it. */
export function observeVisibility(): () => void {
  if (hiddenAt < 0) hiddenAt = recordedHiddenTime() ?? initialHiddenTime()
  return observeLifecycle({})
}

/** Adds an observer; returns a function that removes it. */
export function observeLifecycle(observer: LifecycleObserver): () => void {
  if (!observers.size) unlisten = listen()
  observers.add(observer)
  return () => {
    observers.delete(observer)
    if (!observers.size) for (const stop of unlisten.splice(0)) stop()
  }
}

/** Calls `run`, which returns a function that stops it, once the page is not prerendering; returns the same. */
export function whenActivated(run: () => (() => void) | void): () => void {
  // On a server there is no document.
  if (typeof document === 'undefined') return () => {}
  if (!document.prerendering) return run() ?? (() => {})
  let stop: (() => void) | void
  const unlisten = on(globalThis, 'prerenderingchange', () => {
    unlisten()
    stop = run()
  })
  return () => {
    unlisten()
    stop?.()
  }
}

/** Calls `run` when the browser is idle, within a second; at once if the page is hidden. */
export function whenIdle(run: () => void): void {
  if (document.visibilityState === 'hidden') run()
  else if (!attempt(() => [native(globalThis, 'requestIdleCallback')(() => attempt(run), { timeout: 1000 })])) setTimer(run)
}

/** Calls `run` after the next frame was painted. */
export function whenPainted(run: () => void): void {
  nextFrame(() => nextFrame(run))
}

function listen(): (() => void)[] {
  return [
    on(globalThis, 'visibilitychange', onVisibility),
    on(globalThis, 'prerenderingchange', onVisibility),
    on(globalThis, 'pagehide', notifyHidden),
    on(globalThis, 'pageshow', onShow),
  ]
}

/** The first hidden time according to the browser's `visibility-state` entries, where it has them. */
function recordedHiddenTime(): number | undefined {
  if (document.prerendering) return undefined
  const start = activationStart()
  const states = attempt(() => performance.getEntriesByType('visibility-state'))
  return states?.find(({ name, startTime }) => name === 'hidden' && startTime >= start)?.startTime
}

/** A page that is hidden now counts as hidden from the start, unless it is prerendering: then it always is hidden. */
function initialHiddenTime(): number {
  return document.visibilityState === 'hidden' && !document.prerendering ? 0 : Infinity
}

function onVisibility(event: Event): void {
  if (document.visibilityState !== 'hidden') return
  const changed = event.type === 'visibilitychange'
  if (changed) notifyHidden(event)
  // A page that is activated in the background was hidden from the start.
  if (hiddenAt === Infinity) hiddenAt = changed ? event.timeStamp : 0
}

function notifyHidden(event: Event): void {
  for (const observer of observers) attempt(() => observer.hidden?.(event))
  for (const observer of observers) attempt(() => observer.flush?.(event))
}

function onShow(event: PageTransitionEvent): void {
  if (!event.persisted) return
  restoredAt = event.timeStamp
  for (const observer of observers) attempt(() => observer.restored?.(event))
  // Some browsers update `visibilityState` one task later.
  if (hiddenAt >= 0) setTimer(() => (hiddenAt = initialHiddenTime()))
}
