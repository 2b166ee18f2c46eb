// Event listeners, timers and the clock. None of these functions throws. They bypass zone.js, which would keep an Angular
// app unstable while a timer is pending, and would run change detection after every event.
import { attempt } from './guard.js'
import { inScope, onEnd } from './scope.js'

/** The browser's own `owner[name]`, also where zone.js replaced it. */
export const native = <T extends object, K extends keyof T & string>(owner: T, name: K): T[K] =>
  (owner as Record<string, T[K]>)['__zone_symbol__' + name] ?? owner[name]

/** Calls the browser's own `owner[name]`. `undefined` if there is none, or if it throws. */
const call = (owner: object, name: string, ...args: unknown[]): unknown =>
  attempt(() => native(owner as Record<string, (...args: unknown[]) => unknown>, name)!.apply(owner, args))

/** Functions that add the window's listeners again. */
const windowListeners = new Set<() => void>()
let documentObserver: MutationObserver | undefined

/** Adds an event listener, until the scope ends; returns a function that removes it before. */
export function on<E extends Event>(target: EventTarget, type: string, run: (event: E) => void, capture = true): () => void {
  const listener = inScope(run)
  const add = () => call(target, 'addEventListener', type, listener, capture)
  const remove = () => {
    call(target, 'removeEventListener', type, listener, capture)
    windowListeners.delete(add)
    if (windowListeners.size) return
    documentObserver?.disconnect()
    documentObserver = undefined
  }
  add()
  if (target === globalThis) surviveDocumentOpen(add)
  onEnd(remove)
  return remove
}

/** Calls `run` at the next event of the window. */
export function once(type: string, run: () => void): void {
  const remove = on(globalThis, type, () => {
    remove()
    run()
  })
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

/** Calls `run` once after `ms`, unless the scope has ended; returns a function that cancels it. */
export function setTimer(run: () => void, ms = 0): () => void {
  const id = call(globalThis, 'setTimeout', inScope(run), ms)
  return () => call(globalThis, 'clearTimeout', id)
}

/** Calls `run` after the next frame was painted. */
export function whenPainted(run: () => void): void {
  const nextFrame = (run: () => void) => call(globalThis, 'requestAnimationFrame', inScope(run))
  nextFrame(() => nextFrame(run))
}

/** Calls `run` when the browser is idle, within a second; at once if the page is hidden. It may be called twice. */
export function whenIdle(run: () => void): void {
  if (document.visibilityState === 'hidden') run()
  else call(globalThis, 'requestIdleCallback', inScope(run), { timeout: 1000 }) ?? setTimer(run)
}

/** Milliseconds since the document's time origin. `NaN`, which is never recorded, where the page removed the clock. */
export const now = (): number => attempt(() => performance.now()) ?? NaN
