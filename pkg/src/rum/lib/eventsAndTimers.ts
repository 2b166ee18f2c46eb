// Event listeners, timers and the clock. None of these functions throws. They bypass zone.js, which would keep an Angular
// app unstable while a timer is pending, and would run change detection after every event.
import { attempt } from './guard.js'

/** The browser's own `owner[name]`, also where zone.js replaced it. */
export const native = <T extends object, K extends keyof T & string>(owner: T, name: K): T[K] =>
  (owner as Record<string, T[K]>)['__zone_symbol__' + name] ?? owner[name]

/** Calls the browser's own `owner[name]`. `undefined` if there is none, or if it throws. */
const call = (owner: object, name: string, ...args: unknown[]): unknown =>
  attempt(() => native(owner as Record<string, (...args: unknown[]) => unknown>, name)!.apply(owner, args))

/** Functions that add the window's listeners again. */
const windowListeners = new Set<() => void>()
let documentObserver: MutationObserver | undefined

/** Adds an event listener; returns a function that removes it. */
export function on<E extends Event>(
  target: EventTarget,
  type: string,
  run: (event: E) => void,
  capture = true,
): () => void {
  const listener = (event: E) => void attempt(() => run(event))
  const add = () => call(target, 'addEventListener', type, listener, capture)
  add()
  if (target === globalThis) surviveDocumentOpen(add)
  return () => {
    call(target, 'removeEventListener', type, listener, capture)
    windowListeners.delete(add)
    if (windowListeners.size) return
    documentObserver?.disconnect()
    documentObserver = undefined
  }
}

/**
 * `document.open()` removes all listeners of the window. It also empties the document, which a `MutationObserver` sees:
 * it calls `add` again. Adding a listener that is still there has no effect.
 */
function surviveDocumentOpen(add: () => void): void {
  windowListeners.add(add)
  documentObserver ??= attempt(() => {
    const observer = new (native(globalThis, 'MutationObserver'))(() => windowListeners.forEach((add) => add()))
    observer.observe(document, { childList: true })
    return observer
  })
}

/** Calls `run` once after `ms`; returns a function that cancels it. */
export function setTimer(run: () => void, ms = 0): () => void {
  const id = call(globalThis, 'setTimeout', () => attempt(run), ms)
  return () => call(globalThis, 'clearTimeout', id)
}

/** Calls `run` after the next frame was painted. */
export function whenPainted(run: () => void): void {
  const nextFrame = (run: () => void) => call(globalThis, 'requestAnimationFrame', () => attempt(run))
  nextFrame(() => nextFrame(run))
}

/** Calls `run` when the browser is idle, within a second; at once if the page is hidden. It may be called twice. */
export function whenIdle(run: () => void): void {
  if (document.visibilityState === 'hidden') run()
  else call(globalThis, 'requestIdleCallback', () => attempt(run), { timeout: 1000 }) ?? setTimer(run)
}

/** Milliseconds since the document's time origin. `NaN`, which is never recorded, where the page removed the clock. */
export const now = (): number => attempt(() => performance.now()) ?? NaN
