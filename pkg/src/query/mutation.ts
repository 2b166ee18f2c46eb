import {
  MUTATION_EFFECT_COLLECTED,
  MUTATION_EFFECT_CONTINUED,
  MUTATION_EFFECT_PAUSED,
  MUTATION_EFFECT_RUN,
} from '../boundary/query.js'
import { attempt } from './attempt.js'
import { gcTimeOf } from './gcTime.js'
import { host } from './host.js'
import type { MutationEngine } from './mutationEngine.js'
import { notifyManager } from './notifyManager.js'
import { Retryer, delayCode, jitterCode, modeCode, retryCode } from './retryer.js'
import type { MutationCache } from './mutationCache.js'
import type { MutationObserver } from './mutationObserver.js'
import type { QueryClient } from './queryClient.js'
import type {
  DefaultError,
  MutationFunctionContext,
  MutationMeta,
  MutationOptions,
  MutationStatus,
} from './types.js'

/** What is known of a mutation. */
export interface MutationState<
  TData = unknown,
  TError = DefaultError,
  TVariables = unknown,
  TOnMutateResult = unknown,
> {
  /** What `onMutate` returned. */
  context: TOnMutateResult | undefined
  /** What the function gave; `undefined` until it has. */
  data: TData | undefined
  /** Why it failed for good; `null` where it did not. */
  error: TError | null
  /** How many attempts failed. */
  failureCount: number
  /** Why the last attempt that failed did. */
  failureReason: TError | null
  /** It waits for the network, or for another of its scope. */
  isPaused: boolean
  /** Not begun, running or waiting, done, or failed. */
  status: MutationStatus
  /** What it was called with. */
  variables: TVariables | undefined
  /** When it was called, in ms since the epoch; 0 for never. */
  submittedAt: number
}

/** What happened to a mutation's state. */
export type Action<TData, TError, TVariables, TOnMutateResult> =
  | { type: 'continue' }
  | { type: 'error'; error: TError }
  | { type: 'failed'; failureCount: number; error: TError | null }
  | { type: 'pending'; isPaused: boolean; variables?: TVariables; context?: TOnMutateResult }
  | { type: 'pause' }
  | { type: 'success'; data: TData }

interface MutationConfig<TData, TError, TVariables, TOnMutateResult> {
  client: QueryClient
  mutationId: number
  mutationCache: MutationCache
  options: MutationOptions<TData, TError, TVariables, TOnMutateResult>
  state?: MutationState<TData, TError, TVariables, TOnMutateResult>
}

/** One mutation: its values, its callbacks and its observers. When it runs and waits the engine says. */
export class Mutation<
  TData = unknown,
  TError = DefaultError,
  TVariables = unknown,
  TOnMutateResult = unknown,
> {
  state: MutationState<TData, TError, TVariables, TOnMutateResult>
  options!: MutationOptions<TData, TError, TVariables, TOnMutateResult>
  readonly mutationId: number
  /** How long it is kept when nobody looks at it, in ms. */
  gcTime = 0
  #client: QueryClient
  #cache: MutationCache
  #id = 0
  /** The name of its scope, as the engine knows it. */
  #scope: unknown
  #observers: MutationObserver<any, any, any, any>[] = []
  #retryer?: Retryer<TData, TError>
  /** Out of the cache while it runs. */
  #unlinked = false

  constructor(config: MutationConfig<TData, TError, TVariables, TOnMutateResult>) {
    this.#client = config.client
    this.#cache = config.mutationCache
    this.mutationId = config.mutationId
    this.state = config.state || getDefaultState()
    this.setOptions(config.options)
    this.#attach()
  }

  setOptions(options: MutationOptions<TData, TError, TVariables, TOnMutateResult>): void {
    this.options = options
    const { exports, machine } = this.#engine
    const gcTime = gcTimeOf(exports, options.gcTime)
    this.gcTime =
      this.#id === 0
        ? Math.max(this.gcTime, gcTime)
        : exports.mutation_raise_gc_time(machine, this.#id, gcTime)
  }

  /** @internal The engine's id; 0 where it has none, since the mutation is out of the cache. */
  get id(): number {
    return this.#id
  }

  /** Makes itself known to the engine, also where it was removed and is used again. */
  #attach(): number {
    if (this.#id !== 0) return this.#id
    const { exports, machine, mutations } = this.#engine
    this.#scope = this.options.scope?.id
    this.#id = exports.mutation_insert(machine, Date.now(), this.#engine.enter(this.#scope), this.gcTime)
    if (this.state.status === 'pending') exports.mutation_set_pending(machine, this.#id, 1)
    for (const _ of this.#observers) exports.mutation_observe(machine, this.#id)
    mutations.set(this.#id, this)
    this.#engine.rearm()
    return this.#id
  }

  /** @internal The cache has let go of it; where it runs, it runs to its end. */
  unlink(): void {
    const { exports, machine } = this.#engine
    this.#unlinked = this.#retryer !== undefined
    if (this.#unlinked) {
      exports.mutation_dequeue(machine, this.#id)
    } else {
      exports.mutation_remove(machine, this.#id)
      this.#detach()
    }
    this.#engine.rearm()
  }

  /** The engine knows it no more. */
  #detach(): void {
    if (this.#id === 0) return
    this.#engine.mutations.delete(this.#id)
    this.#engine.leave(this.#scope)
    this.#id = 0
  }

  /** Another one where the cache has given its memory back; then no mutation had an id. */
  get #engine(): MutationEngine {
    return this.#cache.engine
  }

  get meta(): MutationMeta | undefined {
    return this.options.meta
  }

  /** Stops its gc time, until someone looks at it and looks no more. */
  destroy(): void {
    this.#engine.exports.mutation_keep(this.#engine.machine, this.#id)
    this.#engine.rearm()
  }

  addObserver(observer: MutationObserver<any, any, any, any>): void {
    if (this.#observers.includes(observer)) return
    const id = this.#attach()
    this.#observers.push(observer)
    this.#engine.exports.mutation_observe(this.#engine.machine, id)
    this.#engine.rearm()
    this.#cache.notify({ type: 'observerAdded', mutation: this, observer })
  }

  removeObserver(observer: MutationObserver<any, any, any, any>): void {
    if (this.#observers.includes(observer)) {
      this.#observers = this.#observers.filter((known) => known !== observer)
      this.#engine.exports.mutation_unobserve(this.#engine.machine, Date.now(), this.#id)
      this.#engine.rearm()
    }
    this.#cache.notify({ type: 'observerRemoved', mutation: this, observer })
  }

  /** Goes on after a pause, or after it was restored in the middle; one that is over stays as it is. */
  continue(): Promise<unknown> {
    if (this.#retryer) return this.#retryer.continue()
    return this.state.status === 'pending' ? this.execute(this.state.variables!) : Promise.resolve()
  }

  /** Runs it, with all callbacks. */
  async execute(variables: TVariables): Promise<TData> {
    const { exports, machine, alarm } = this.#engine
    const { config } = this.#cache
    this.#attach()
    const context = this.#context()
    const { retryDelay, retryJitter, networkMode } = this.options
    const retry = this.options.retry ?? 0
    const mode = modeCode(networkMode)

    let waiting: 0 | 1 = 0
    const wait = (now: 0 | 1) => {
      if (now !== waiting) alarm.hold(now ? 1 : -1)
      waiting = now
    }
    const retryer = (this.#retryer = new Retryer<TData, TError>({
      fn: () => {
        wait(0)
        if (this.#engine.error) throw this.#engine.error
        if (!this.options.mutationFn) return Promise.reject(new Error('No mutationFn found'))
        return this.options.mutationFn(variables, context)
      },
      retry,
      retryDelay,
      failed: (verdict, delay, retryAfter) =>
        exports.mutation_failed(machine, Date.now(), this.id, verdict, delay, retryAfter),
      ended: noEnd,
      onFail: (failureCount, error) => {
        wait(1)
        this.#engine.rearm()
        this.#dispatch({ type: 'failed', failureCount, error })
      },
      resume: () => {
        exports.mutation_resume(machine, this.id, host())
        this.#engine.drain()
      },
    }))
    const canStart = () =>
      exports.mutation_can_start(machine, this.id, host(), mode) !== 0 && this.#cache.canRun(this)
    const restored = this.state.status === 'pending'
    const isPaused = !canStart()

    try {
      if (restored) {
        this.#dispatch({ type: 'continue' })
      } else {
        exports.mutation_set_pending(machine, this.id, 1)
        this.#dispatch({ type: 'pending', variables, isPaused })
        if (config.onMutate) await config.onMutate(variables, this as any, context)
        const result = await this.options.onMutate?.(variables, context)
        if (result !== this.state.context) {
          this.#dispatch({ type: 'pending', context: result, variables, isPaused })
        }
      }
      // The network may have come while onMutate ran.
      if (this.state.isPaused && canStart()) this.#dispatch({ type: 'continue' })
      exports.mutation_start(
        machine,
        Date.now(),
        this.#attach(),
        host(),
        retryCode(exports, retry),
        delayCode(retryDelay),
        mode,
        jitterCode(retryJitter),
      )
      this.#engine.drain()
      const data = await retryer.promise

      await config.onSuccess?.(data, variables, this.state.context, this as any, context)
      await this.options.onSuccess?.(data, variables, this.state.context!, context)
      await config.onSettled?.(data, null, this.state.variables, this.state.context, this as any, context)
      await this.options.onSettled?.(data, null, variables, this.state.context, context)
      this.#settle({ type: 'success', data })
      return data
    } catch (failure) {
      await this.#failed(failure as TError, variables, context)
      throw failure
    } finally {
      wait(0)
      if (this.#retryer === retryer) this.#retryer = undefined
      void this.#cache.runNext(this)
      if (this.#unlinked) this.unlink()
      // Its time may be over already.
      this.#engine.drain()
    }
  }

  /** @internal It was on its way elsewhere, and nobody knows what came of it: it has failed, and those behind it go on. */
  async interrupt(error: TError): Promise<void> {
    await this.#failed(error, this.state.variables!, this.#context())
    void this.#cache.runNext(this)
  }

  #context(): MutationFunctionContext {
    return { client: this.#client, meta: this.options.meta, mutationKey: this.options.mutationKey }
  }

  /** Calls back, and is over. */
  async #failed(error: TError, variables: TVariables, context: MutationFunctionContext): Promise<void> {
    const { config } = this.#cache
    // A callback that throws must hide neither the error nor the callbacks after it.
    await attempt(() => config.onError?.(error as any, variables, this.state.context, this as any, context))
    await attempt(() => this.options.onError?.(error, variables, this.state.context, context))
    await attempt(() =>
      config.onSettled?.(undefined, error as any, this.state.variables, this.state.context, this as any, context),
    )
    await attempt(() => this.options.onSettled?.(undefined, error, variables, this.state.context, context))
    this.#settle({ type: 'error', error })
  }

  #settle(action: Action<TData, TError, TVariables, TOnMutateResult>): void {
    this.#engine.exports.mutation_settled(this.#engine.machine, Date.now(), this.#id)
    this.#engine.rearm()
    this.#dispatch(action)
  }

  /** @internal The engine decided about it. */
  onEffect(code: number): void {
    if (code === MUTATION_EFFECT_RUN) {
      this.#retryer?.attempt()
    } else if (code === MUTATION_EFFECT_PAUSED) {
      this.#dispatch({ type: 'pause' })
    } else if (code === MUTATION_EFFECT_CONTINUED) {
      this.#dispatch({ type: 'continue' })
    } else if (code === MUTATION_EFFECT_COLLECTED) {
      this.#detach()
      this.#cache.remove(this)
    } else {
      this.#retryer?.giveUp()
    }
  }

  /** @internal The engine is no more: what waits for its word fails. */
  onBroke(): void {
    this.#retryer?.onBroke()
  }

  #dispatch(action: Action<TData, TError, TVariables, TOnMutateResult>): void {
    this.state = { ...this.state, ...this.#changes(action) }
    notifyManager.batch(() => {
      this.#observers.forEach((observer) => observer.onMutationUpdate(action))
      this.#cache.notify({ mutation: this, type: 'updated', action })
    })
  }

  #changes(
    action: Action<TData, TError, TVariables, TOnMutateResult>,
  ): Partial<MutationState<TData, TError, TVariables, TOnMutateResult>> {
    switch (action.type) {
      case 'failed':
        return { failureCount: action.failureCount, failureReason: action.error }
      case 'pause':
        return { isPaused: true }
      case 'continue':
        return { isPaused: false }
      case 'pending':
        return {
          ...getDefaultState<TData, TError, TVariables, TOnMutateResult>(),
          context: action.context,
          isPaused: action.isPaused,
          status: 'pending',
          variables: action.variables,
          submittedAt: Date.now(),
        }
      case 'success':
        return {
          data: action.data,
          failureCount: 0,
          failureReason: null,
          error: null,
          status: 'success',
          isPaused: false,
        }
      case 'error':
        return {
          data: undefined,
          error: action.error,
          failureCount: this.state.failureCount + 1,
          failureReason: action.error,
          isPaused: false,
          status: 'error',
        }
    }
  }
}

/** The engine hears of a mutation's end when its callbacks have run. */
function noEnd(): void {}

export function getDefaultState<TData, TError, TVariables, TOnMutateResult>(): MutationState<
  TData,
  TError,
  TVariables,
  TOnMutateResult
> {
  return {
    context: undefined,
    data: undefined,
    error: null,
    failureCount: 0,
    failureReason: null,
    isPaused: false,
    status: 'idle',
    variables: undefined,
    submittedAt: 0,
  }
}
