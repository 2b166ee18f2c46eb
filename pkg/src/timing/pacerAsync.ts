import { onAbort, reasonOf } from '../abort.js'
import { checkSignal } from './checks.js'
import { abortError, deferred, giveUp, promised, type Deferred } from './deferred.js'
import { hold } from './host.js'
import { pace } from './pacer.js'

/** A debounced or throttled function whose calls are promised a result. */
export interface PacedAsync<Args extends unknown[], R, This = unknown> {
  /** Promises the result of the run that answers this call. */
  (this: This, ...args: Args): Promise<R>
  /** Gives up what waits and what runs: their promises are rejected with an `AbortError`. */
  cancel(): void
  /** Runs now what waits; gives the promise of the last run, `undefined` before the first. */
  flush(): Promise<R> | undefined
  /** Whether a wait is going on. */
  pending(): boolean
}

/** What is run: it gets an `AbortSignal` after its arguments. */
export type Abortable<Args extends unknown[], R, This> = (
  this: This,
  ...args: [...args: Args, signal: AbortSignal]
) => R | PromiseLike<R>

/** Makes a `PacedAsync`. The arguments of its calls are those of `fn`, but for an `AbortSignal` at their end. */
export interface PaceAsync<Options> {
  // No call is made this way, unless `fn` never returns. But it is here that TypeScript looks first for the type of
  // a parameter that bears none, and keeps to what it found: `signal` in `(text: string, signal) => …`.
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
  // For types that are given: `debounceAsync<[text: string], Hit[]>(…)`.
  <Args extends unknown[], R, This = unknown>(
    fn: Abortable<Args, R, This>,
    wait?: number,
    options?: Options,
  ): PacedAsync<Args, R, This>
}

type WithoutSignal<Args extends unknown[]> = Args extends [...infer Before, (infer Last)?]
  ? IsSignal<Last> extends true
    ? Before
    : Args
  : Args

/** Not what would take anything, such as `unknown` or `any`: that is an argument. */
type IsSignal<T> = 0 extends 1 & T
  ? false
  : [T, AbortSignal] extends [AbortSignal | null | undefined, T]
    ? true
    : false

interface Run<R> extends Deferred<R> {
  controller: AbortController
  over: boolean
}

/**
 * `abortOnCall`: a run is given up by the next call that will be run; otherwise only by the next run.
 */
export function paceAsync<Args extends unknown[], R, This>(
  fn: Abortable<Args, R, This>,
  wait: number,
  maxWait: number,
  leading: unknown,
  trailing: unknown,
  signal: AbortSignal | undefined,
  abortOnCall: boolean,
): PacedAsync<Args, R, This> {
  checkSignal(signal)
  if (!leading && !trailing) {
    throw new TypeError('With neither `leading` nor `trailing` it would never run, and no promise settle')
  }
  /** Will answer the calls of this burst. */
  let upcoming: Run<R> | undefined
  /** Began last. */
  let latest: Run<R> | undefined
  let held = false
  let deafen: (() => void) | undefined

  const paced = pace(
    function (this: This, ...args: Args) {
      const run = upcoming!
      upcoming = undefined
      abandon(latest, abortError('A newer call was run'))
      latest = run
      keep()
      void promised(() => fn.apply(this, [...args, run.controller.signal])).then(
        (value) => settle(run) && run.resolve(value),
        (error) => settle(run) && run.reject(error),
      )
    },
    wait,
    maxWait,
    leading,
    trailing,
    // Not the signal: the pacer would drop what waits without a word.
    undefined,
  )

  function settle(run: Run<R>): boolean {
    if (run.over) return false
    run.over = true
    keep()
    return true
  }

  function abandon(run: Run<R> | undefined, reason: unknown): void {
    if (!run || !settle(run)) return
    giveUp(run, reason)
    run.controller.abort(reason)
  }

  function drop(reason: unknown): void {
    paced.cancel()
    const waiting = upcoming
    upcoming = undefined
    abandon(waiting, reason)
    abandon(latest, reason)
  }

  /** As long as somebody waits for a run to come, the process stays; or for one to end, the signal is heard. */
  function keep(): void {
    if (upcoming || (latest && !latest.over)) {
      deafen ??= onAbort(signal, () => drop(reasonOf(signal!)))
    } else {
      deafen?.()
      deafen = undefined
    }
    if (held === !!upcoming) return
    held = !held
    hold(held ? 1 : -1)
  }

  function call(this: This, ...args: Args): Promise<R> {
    if (signal?.aborted) return Promise.reject(reasonOf(signal))
    const run = (upcoming ??= { ...deferred<R>(), controller: new AbortController(), over: false })
    try {
      paced.apply(this, args)
    } catch (error) {
      upcoming = undefined
      keep()
      return Promise.reject(error)
    }
    if (upcoming === run) {
      if (!trailing) {
        // No run will come of this burst: the one that led it answers.
        upcoming = undefined
        keep()
        return latest!.promise
      }
      if (abortOnCall) abandon(latest, abortError('A newer call was made'))
    }
    keep()
    return run.promise
  }

  call.cancel = () => drop(abortError('It was cancelled'))
  call.flush = () => {
    paced.flush()
    return latest?.promise
  }
  call.pending = paced.pending
  return call
}
