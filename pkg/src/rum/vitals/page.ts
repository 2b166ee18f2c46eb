// The page's life: shown, hidden, restored from the back/forward cache.
import { attempt } from '../guard.js'
import { hear } from '../hear.js'

/** Who is told. All of them hear of a page that is hidden before any of them is asked to send. */
export interface Attendant {
  /** The page is hidden, and may never be seen again; or it is about to be. */
  hidden?(event: Event): void
  /** As `hidden`, after all others. */
  last?(event: Event): void
  /** The page came back from the back/forward cache: a new page view. */
  restored?(event: PageTransitionEvent): void
}

const attendants = new Set<Attendant>()
/** How to stop hearing of the page's life. */
const stops: (() => void)[] = []
/** When the page was first hidden in this page view; negative before anybody asked. */
let hiddenAt = -1
let restoredAt = -1

/** When the page came back from the back/forward cache; negative where it did not. */
export const restoreTime = () => restoredAt

/** When the page was first hidden: 0 where it was loaded in the background, infinite where it never was. */
export const firstHidden = () => hiddenAt

/** A soft navigation is seen from its beginning. */
export function seenAnew(): void {
  hiddenAt = Infinity
}

/** The navigation entry, where the browser's account of it can be believed: at times it says 0, or nonsense. */
export function navigationEntry(): PerformanceNavigationTiming | undefined {
  const [entry] = attempt(() => performance.getEntriesByType('navigation') as PerformanceNavigationTiming[]) ?? []
  return entry && entry.responseStart > 0 && entry.responseStart < performance.now() ? entry : undefined
}

/** When a prerendered page was shown; 0 for all others. */
export const activationStart = () => navigationEntry()?.activationStart ?? 0

/** Watches from now on whether the page is hidden; returns how to stop. */
export function watchVisibility(): () => void {
  if (hiddenAt < 0) hiddenAt = hiddenBefore() ?? hiddenNow()
  return attend({})
}

/** Tells `attendant` from now on; returns how to stop. */
export function attend(attendant: Attendant): () => void {
  if (!attendants.size) listen()
  attendants.add(attendant)
  return () => {
    attendants.delete(attendant)
    if (!attendants.size) for (const stop of stops.splice(0)) stop()
  }
}

/** Runs `run`, which returns how to stop, now or when the page that is prerendered is shown; returns how to stop. */
export function whenActivated(run: () => (() => void) | void): () => void {
  // On a server nothing is ever shown.
  if (typeof document === 'undefined') return () => {}
  let stop: (() => void) | void
  const begin = () => {
    stop = run()
  }
  if (document.prerendering) addEventListener('prerenderingchange', begin, { once: true, capture: true })
  else begin()
  return () => {
    removeEventListener('prerenderingchange', begin, true)
    stop?.()
  }
}

/** Runs `run` when the browser has time, within a second; at once where the page is hidden. */
export function whenIdle(run: () => void): void {
  if (document.visibilityState === 'hidden') run()
  else if (typeof requestIdleCallback === 'function') requestIdleCallback(run, { timeout: 1000 })
  else setTimeout(run)
}

/** Runs `run` once the next frame was painted. */
export function whenPainted(run: () => void): void {
  requestAnimationFrame(() => requestAnimationFrame(run))
}

function listen(): void {
  for (const type of ['visibilitychange', 'prerenderingchange']) stops.push(hear(type, onVisibility, true))
  stops.push(hear('pagehide', tellHidden, true), hear('pageshow', onShow, true))
}

/** What the browser remembers, where it does. */
function hiddenBefore(): number | undefined {
  if (document.prerendering) return undefined
  const start = activationStart()
  const states = attempt(() => performance.getEntriesByType('visibility-state'))
  return states?.find(({ name, startTime }) => name === 'hidden' && startTime >= start)?.startTime
}

/** A page that is hidden now is taken to have been so from the start. While it is prerendered, it always is. */
function hiddenNow(): number {
  return document.visibilityState === 'hidden' && !document.prerendering ? 0 : Infinity
}

function onVisibility(event: Event): void {
  if (document.visibilityState !== 'hidden') return
  const changed = event.type === 'visibilitychange'
  if (changed) tellHidden(event)
  // Activated in the background, it was never seen.
  if (hiddenAt === Infinity) hiddenAt = changed ? event.timeStamp : 0
}

function tellHidden(event: Event): void {
  for (const attendant of attendants) attempt(() => attendant.hidden?.(event))
  for (const attendant of attendants) attempt(() => attendant.last?.(event))
}

function onShow(event: PageTransitionEvent): void {
  if (!event.persisted) return
  restoredAt = event.timeStamp
  for (const attendant of attendants) attempt(() => attendant.restored?.(event))
  // Some browsers say only a task later that it is seen.
  if (hiddenAt >= 0) setTimeout(() => (hiddenAt = hiddenNow()))
}
