// One listener per signal, shared by all that wait for it. Node warns about more than ten listeners, and a long-lived
// signal would keep all of them alive.

interface Waiting {
  runs: Set<() => void>
  tell: () => void
}

const all = new WeakMap<AbortSignal, Waiting>()

/** Calls `run` when `signal` is aborted. The returned function stops waiting. */
export function onAbort(signal: AbortSignal | null | undefined, run: () => void): () => void {
  if (!signal) return () => {}
  let waiting = all.get(signal)
  if (!waiting) {
    const runs = new Set<() => void>()
    const tell = () => {
      all.delete(signal)
      for (const run of runs) run()
    }
    all.set(signal, (waiting = { runs, tell }))
    signal.addEventListener('abort', tell, { once: true })
  }
  const { runs, tell } = waiting
  // A function of its own, since the caller may wait twice with the same one.
  const mine = () => run()
  runs.add(mine)
  return () => {
    if (!runs.delete(mine) || runs.size > 0 || all.get(signal)?.runs !== runs) return
    all.delete(signal)
    signal.removeEventListener('abort', tell)
  }
}

/** The reason of an aborted signal. Old browsers have none. */
export function reasonOf(signal: AbortSignal): unknown {
  return signal.reason === undefined ? new DOMException('This operation was aborted', 'AbortError') : signal.reason
}

/** One signal that is aborted with the first of several. Call `leave` when it is no longer needed. */
export function anyOf(given: (AbortSignal | null | undefined)[]): { signal?: AbortSignal; leave: () => void } {
  const signals = given.filter((signal) => signal != null)
  if (signals.length < 2) return { signal: signals[0], leave: () => {} }
  // `AbortSignal.any` refuses or ignores signals of polyfills.
  if (typeof AbortSignal.any === 'function' && signals.every((signal) => signal instanceof AbortSignal)) {
    return { signal: AbortSignal.any(signals), leave: () => {} }
  }
  const controller = new AbortController()
  const stop = (signal: AbortSignal) => controller.abort(reasonOf(signal))
  const leaves = signals.map((signal) => onAbort(signal, () => stop(signal)))
  const aborted = signals.find((signal) => signal.aborted)
  if (aborted) stop(aborted)
  return { signal: controller.signal, leave: () => leaves.forEach((leave) => leave()) }
}
