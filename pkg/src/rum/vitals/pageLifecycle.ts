// The page's lifecycle: shown, hidden, restored from the back/forward cache.
import { now, on, once, setTimer } from '../lib/eventsAndTimers.js'
import { attempt } from '../lib/guard.js'
import { current, type LifecycleCallbacks, type Scope, within } from '../lib/scope.js'

/** What happens to a page; the places of `observeLifecycle`'s callbacks. */
const enum Change {
  HIDDEN,
  RESTORED,
  FLUSH,
}

/** Where callbacks are kept that belong to no scope. */
const page = { lifecycle$: undefined } as Scope
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

/** Starts to observe whether the page is hidden. Throws on a server, where there is no document. */
export function observeVisibility(): void {
  if (hiddenAt < 0) {
    const start = activationStart()
    const states = attempt(() => performance.getEntriesByType('visibility-state'))
    const recorded = states?.find(({ name, startTime }) => name === 'hidden' && startTime >= start)
    // While it is prerendering, a page is always hidden.
    hiddenAt = document.prerendering ? Infinity : (recorded?.startTime ?? initialHiddenTime())
  }
  observeLifecycle()
}

/**
 * Adds callbacks, until the scope ends. `hidden`: the page is hidden or closed, and may never run again. `restored`: it returned
 * from the back/forward cache, which begins a new page view. `flush`: like `hidden`, but called after all of those.
 */
export function observeLifecycle(
  hidden?: (event: Event) => void,
  restored?: (event: Event) => void,
  flush?: (event: Event) => void,
): void {
  const scope = current ?? page
  if (!scope.lifecycle$) listen((scope.lifecycle$ = []))
  scope.lifecycle$!.push([hidden, restored, flush])
}

/** Listens for all callbacks of a scope, so that each `hidden` is called before the first `flush`. */
function listen(all: LifecycleCallbacks[]): void {
  const notify = (change: Change, event: Event) => {
    // What ends the scope meanwhile ends this, too.
    for (const callbacks of all) within(current, () => callbacks[change]?.(event))
  }
  const onHidden = (event: Event) => {
    notify(Change.HIDDEN, event)
    notify(Change.FLUSH, event)
  }
  const onVisibility = (event: Event) => {
    if (document.visibilityState !== 'hidden') return
    const changed = event.type === 'visibilitychange'
    if (changed) onHidden(event)
    // A page that is activated in the background was hidden from the start.
    if (hiddenAt === Infinity) hiddenAt = changed ? event.timeStamp : 0
  }
  on(globalThis, 'visibilitychange', onVisibility)
  on(globalThis, 'prerenderingchange', onVisibility)
  on(globalThis, 'pagehide', onHidden)
  on(globalThis, 'pageshow', (event: PageTransitionEvent) => {
    if (!event.persisted) return
    restoredAt = event.timeStamp
    notify(Change.RESTORED, event)
    // Some browsers update `visibilityState` one task later.
    if (hiddenAt >= 0) setTimer(() => (hiddenAt = initialHiddenTime()))
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

/** A page that is hidden now counts as hidden from the start. */
const initialHiddenTime = () => (document.visibilityState === 'hidden' ? 0 : Infinity)
