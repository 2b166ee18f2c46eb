// What the browser calls us by: listeners and timers. None throws into the page, none can be refused with more than
// silence, and to Angular there are none: zone.js keeps an app unstable while a timer of its own waits, and looks for
// changes after every event that somebody hears.
import { attempt } from './guard.js'

/** `owner[name]` as the browser has it, also where zone.js has another in its place. */
export function native<T extends object, K extends keyof T & string>(owner: T, name: K): T[K] {
  return (owner as Record<string, T[K]>)['__zone_symbol__' + name] ?? owner[name]
}

/** What adds the listeners of the window again. */
const added = new Set<() => void>()
let watch: MutationObserver | undefined

/** Calls `run` for each such event; returns how to stop. */
export function on<E extends Event>(
  target: EventTarget,
  type: string,
  run: (event: E) => void,
  capture = true,
): () => void {
  const listener = ((event: E) => void attempt(() => run(event))) as EventListener
  const add = () => attempt(() => native(target, 'addEventListener').call(target, type, listener, capture))
  add()
  if (target === globalThis) outlive(add)
  return () => {
    attempt(() => native(target, 'removeEventListener').call(target, type, listener, capture))
    added.delete(add)
    if (added.size) return
    watch?.disconnect()
    watch = undefined
  }
}

/**
 * `document.open()` takes all listeners off the window. It empties the document too, of which observers are told: then
 * `add` is called again. To add a listener that is still there changes nothing.
 */
function outlive(add: () => void): void {
  added.add(add)
  watch ??= attempt(() => {
    const observer = new (native(globalThis, 'MutationObserver'))(() => added.forEach((add) => add()))
    observer.observe(document, { childList: true })
    return observer
  })
}

/** Calls `run` in a task of its own, after `ms`; returns how not to. */
export function later(run: () => void, ms = 0): () => void {
  const id = attempt(() => native(globalThis, 'setTimeout')(() => attempt(run), ms))
  return () => attempt(() => native(globalThis, 'clearTimeout')(id))
}

/** Calls `run` before the next frame. */
export function nextFrame(run: () => void): void {
  attempt(() => native(globalThis, 'requestAnimationFrame')(() => attempt(run)))
}

/** ms since the document began; `NaN`, which no measurement is, where the page took the clock away. */
export const now = (): number => attempt(() => performance.now()) ?? NaN
