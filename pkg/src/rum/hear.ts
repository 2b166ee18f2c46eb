// Listeners on the window that outlive `document.open()`, which takes all of them away.
import { attempt } from './guard.js'

const heard = new Set<() => void>()
let watch: MutationObserver | undefined

/** Calls `listener` for each event of that type on the window; returns how to stop. */
export function hear<E extends Event>(type: string, listener: (event: E) => void, capture = false): () => void {
  const run = (event: Event) => void attempt(() => listener(event as E))
  const add = () => addEventListener(type, run, capture)
  add()
  heard.add(add)
  // It empties the document too, of which observers are told. To add a listener that is still there changes nothing.
  watch ??= attempt(() => {
    const observer = new MutationObserver(() => heard.forEach((add) => add()))
    observer.observe(document, { childList: true })
    return observer
  })
  return () => {
    heard.delete(add)
    removeEventListener(type, run, capture)
    if (heard.size) return
    watch?.disconnect()
    watch = undefined
  }
}
