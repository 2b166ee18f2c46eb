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

/** Adds an event listener, until the scope ends. */
export function on<E extends Event>(target: EventTarget, type: string, run: (event: E) => void, capture = true): void {
  const listener = inScope(run)
  const add = () => call(target, 'addEventListener', type, listener, capture)
  add()
  const observer = target === globalThis && afterDocumentOpen(add)
  onEnd(() => {
    call(target, 'removeEventListener', type, listener, capture)
    if (observer) observer.disconnect()
  })
}

/** Calls `run` at the next event of the window. */
export function once(type: string, run: () => void): void {
  let isOver = false
  on(globalThis, type, () => {
    if (!isOver) run()
    isOver = true
  })
}

/**
 * `document.open()` removes all listeners of the window. It also empties the document, which a `MutationObserver` sees:
 * it calls `add` again. Adding a listener that is still there has no effect.
 */
const afterDocumentOpen = (add: () => void) =>
  attempt(() => {
    const observer = new (native(globalThis, 'MutationObserver'))(add)
    observer.observe(document, { childList: true })
    return observer
  })

/** Calls `run` once after `ms`, unless the scope has ended; returns what `clearTimer` takes. */
export const setTimer = (run: () => void, ms?: number): unknown => call(globalThis, 'setTimeout', inScope(run), ms)

export const clearTimer = (timer: unknown): unknown => call(globalThis, 'clearTimeout', timer)

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
