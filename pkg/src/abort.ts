// One listener on each signal, however many wait for it: Node warns of more than ten, and a signal that outlives those
// who waited would keep them all.

interface Waiting {
  runs: Set<() => void>
  tell: () => void
}

const all = new WeakMap<AbortSignal, Waiting>()

/** Calls `run` when `signal` is aborted; gives how to wait no more. */
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
  // Of its own: the same function may wait twice.
  const mine = () => run()
  runs.add(mine)
  return () => {
    if (!runs.delete(mine) || runs.size > 0 || all.get(signal)?.runs !== runs) return
    all.delete(signal)
    signal.removeEventListener('abort', tell)
  }
}

/** Why `signal` was aborted; browsers did not always say. */
export function reasonOf(signal: AbortSignal): unknown {
  return signal.reason === undefined ? new DOMException('This operation was aborted', 'AbortError') : signal.reason
}

/** One signal for all, aborted with the first of them; `leave` says that it is needed no more. */
export function anyOf(given: (AbortSignal | null | undefined)[]): { signal?: AbortSignal; leave: () => void } {
  const signals = given.filter((signal) => signal != null)
  if (signals.length < 2) return { signal: signals[0], leave: () => {} }
  // Those of another library it does not hear, or refuses.
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
