import { onAbort, reasonOf } from '../abort.js'
import { abortError, deferred, promiseTry, rejectAborted, type Deferred } from './deferred.js'
import { hold } from './host.js'
import { pace, pacing } from './pacer.js'

/** A debounced or throttled function whose calls return promises. */
export interface PacedAsync<Args extends unknown[], R, This = unknown> {
  /** Returns the promise of the run that answers this call. */
  (this: This, ...args: Args): Promise<R>
  /** Aborts waiting calls and the current run: their promises are rejected with an `AbortError`. */
  cancel(): void
  /** Runs a waiting call now; returns the promise of the last run, `undefined` before the first. */
  flush(): Promise<R> | undefined
  /** Whether a wait is under way. */
  pending(): boolean
}

/** The wrapped function. It gets an `AbortSignal` after its arguments. */
export type Abortable<Args extends unknown[], R, This> = (
  this: This,
  ...args: [...args: Args, signal: AbortSignal]
) => R | PromiseLike<R>

/** Returns a `PacedAsync`. Its arguments are those of `fn`, without an `AbortSignal` at the end. */
export interface PaceAsync<Options> {
  // No call matches this overload, unless `fn` never returns. But TypeScript takes the type of a parameter without an
  // annotation from the first overload, such as `signal` in `(text: string, signal) => …`, and keeps it.
  <Args extends unknown[] = AbortSignal[], R = unknown, This = unknown>(
    fn: (this: This, ...args: [...args: Args, signal: AbortSignal]) => never,
    wait?: number,
    options?: Options,
  ): PacedAsync<Args, R, This>
  <F extends (this: any, ...args: any[]) => unknown>(
    fn: F,
    wait?: number,
    options?: Options,
  ): PacedAsync<WithoutSignal<Parameters<F>>, Awaited<ReturnType<F>>, ThisParameterType<F>>
  // For explicit type arguments: `debounceAsync<[text: string], Hit[]>(…)`.
  <Args extends unknown[], R, This = unknown>(
    fn: Abortable<Args, R, This>,
    wait?: number,
    options?: Options,
  ): PacedAsync<Args, R, This>
  // The second once more: TypeScript explains a call that matches none by the last one, and should name the wait or the option.
  <F extends (this: any, ...args: any[]) => unknown>(
    fn: F,
    wait?: number,
    options?: Options,
  ): PacedAsync<WithoutSignal<Parameters<F>>, Awaited<ReturnType<F>>, ThisParameterType<F>>
}

type WithoutSignal<Args extends unknown[]> = Args extends [...infer Before, (infer Last)?]
  ? IsSignal<Last> extends true
    ? Before
    : Args
  : Args

/** False for types that accept anything, such as `unknown` or `any`: those are arguments. */
type IsSignal<T> = 0 extends 1 & T ? false : [T, AbortSignal] extends [AbortSignal | null | undefined, T] ? true : false

interface Run<R> extends Deferred<R> {
  controller: AbortController
  over: boolean
}

/** A debounced function's next call that will be run aborts the current run; with `throttles`, only the next run does. */
export function paceAsync<Args extends unknown[], R, This>(
  fn: Abortable<Args, R, This>,
  wait: number | undefined,
  options: { signal?: AbortSignal } | undefined,
  throttles: boolean,
): PacedAsync<Args, R, This> {
  const how = pacing(fn, wait, options, throttles)
  const [, , leading, trailing] = how
  const signal = options?.signal
  if (!leading && !trailing) {
    throw new TypeError('Expected `leading` or `trailing`, or it never runs')
  }
  /** The run that will answer the calls of this burst. */
  let upcoming: Run<R> | undefined
  /** The run that began last. */
  let latest: Run<R> | undefined
  let held = false
  let stopListening: (() => void) | undefined

  const paced = pace(
    function (this: This, ...args: Args) {
      const run = upcoming!
      upcoming = undefined
      abortRun(latest, abortError('A newer call was made'))
      latest = run
      updateHold()
      void promiseTry(fn, this, [...args, run.controller.signal]).then(
        (value) => settle(run) && run.resolve(value),
        (error) => settle(run) && run.reject(error),
      )
    },
    how,
    // Not the signal: the pacer would drop a waiting call without rejecting its promise.
    undefined,
  )

  function settle(run: Run<R>): boolean {
    if (run.over) return false
    run.over = true
    updateHold()
    return true
  }

  function abortRun(run: Run<R> | undefined, reason: unknown): void {
    if (!run || !settle(run)) return
    rejectAborted(run, reason)
    run.controller.abort(reason)
  }

  function abortAll(reason: unknown): void {
    paced.cancel()
    const waiting = upcoming
    upcoming = undefined
    abortRun(waiting, reason)
    abortRun(latest, reason)
  }

  /** Listens to the signal while a run is waiting or under way, and keeps the process alive while one is waiting. */
  function updateHold(): void {
    if (upcoming || (latest && !latest.over)) {
      stopListening ??= onAbort(signal, () => abortAll(reasonOf(signal!)))
    } else {
      stopListening?.()
      stopListening = undefined
    }
    if (held === !!upcoming) return
    held = !held
    hold(held ? 1 : -1)
  }

  function call(this: This, ...args: Args): Promise<R> {
    if (signal?.aborted) return rejectAborted(deferred(), reasonOf(signal))
    const run = (upcoming ??= { ...deferred<R>(), controller: new AbortController(), over: false })
    try {
      paced.apply(this, args)
    } catch (error) {
      upcoming = undefined
      updateHold()
      return Promise.reject(error)
    }
    if (upcoming === run) {
      if (!trailing) {
        // The burst has no trailing run: its leading run answers.
        upcoming = undefined
        updateHold()
        return latest!.promise
      }
      if (!throttles) abortRun(latest, abortError('A newer call was made'))
    }
    updateHold()
    return run.promise
  }

  call.cancel = () => abortAll(abortError())
  call.flush = () => {
    paced.flush()
    return latest?.promise
  }
  call.pending = paced.pending
  return call
}
