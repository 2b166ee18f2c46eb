import { callSafely } from './callSafely.js'
import { resolveGcTime } from './gcTime.js'
import { hostFlags } from './hostFlags.js'
import { COLLECTED, CONTINUED, PAUSED, RUN, type MutationEngine } from './mutationEngine.js'
import { notifyManager } from './notifyManager.js'
import { Retryer, retryDelayCode, retryJitterCode, networkModeCode, retryCode } from './retryer.js'
import type { InternalMutation, InternalMutationCache } from './internal.js'
import type * as Types from './types.js'
import type {
  DefaultError,
  MutationAction,
  MutationCache,
  MutationFunctionContext,
  MutationMeta,
  MutationObserver,
  MutationOptions,
  MutationState,
  QueryClient,
} from './types.js'

interface MutationConfig<TData, TError, TVariables, TOnMutateResult> {
  client: QueryClient
  mutationId: number
  mutationCache: MutationCache
  options: MutationOptions<TData, TError, TVariables, TOnMutateResult>
  state?: MutationState<TData, TError, TVariables, TOnMutateResult>
}

/** One mutation: its values, its callbacks and its observers. When it runs and waits the engine says. */
export const Mutation: {
  new <TData = unknown, TError = DefaultError, TVariables = unknown, TOnMutateResult = unknown>(
    config: MutationConfig<TData, TError, TVariables, TOnMutateResult>,
  ): Types.Mutation<TData, TError, TVariables, TOnMutateResult>
} = class Mutation<TData = unknown, TError = DefaultError, TVariables = unknown, TOnMutateResult = unknown>
  implements InternalMutation<TData, TError, TVariables, TOnMutateResult>
{
  state: MutationState<TData, TError, TVariables, TOnMutateResult>
  options!: MutationOptions<TData, TError, TVariables, TOnMutateResult>
  readonly mutationId: number
  /** How long it is kept when nobody looks at it, in ms. */
  gcTime = 0
  #client: QueryClient
  #cache: InternalMutationCache
  #id = 0
  /** The name of its scope, as the engine knows it. */
  #scope: unknown
  #observers: MutationObserver<any, any, any, any>[] = []
  #retryer?: Retryer<TData, TError>
  /** Out of the cache while it runs. */
  #removedWhileRunning = false

  constructor(config: MutationConfig<TData, TError, TVariables, TOnMutateResult>) {
    this.#client = config.client
    this.#cache = config.mutationCache as InternalMutationCache
    this.mutationId = config.mutationId
    this.state = config.state || getDefaultState()
    this.setOptions(config.options)
    this.#attach()
  }

  setOptions(options: MutationOptions<TData, TError, TVariables, TOnMutateResult>): void {
    this.options = options
    const { exports, machine } = this.#engine
    const gcTime = resolveGcTime(exports, options.gcTime)
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
    this.#id = exports.mutation_insert(machine, Date.now(), this.#engine.enterScope(this.#scope), this.gcTime)
    if (this.state.status === 'pending') exports.mutation_set_pending(machine, this.#id, 1)
    for (const _ of this.#observers) exports.mutation_observe(machine, this.#id)
    mutations.set(this.#id, this)
    this.#engine.rearm()
    return this.#id
  }

  /** @internal The cache has let go of it; where it runs, it runs to its end. */
  unlink(): void {
    const { exports, machine } = this.#engine
    this.#removedWhileRunning = this.#retryer !== undefined
    if (this.#removedWhileRunning) {
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
    this.#engine.leaveScope(this.#scope)
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
    const { exports, machine, timer } = this.#engine
    const { config } = this.#cache
    this.#attach()
    const context = this.#context()
    const { retryDelay, retryJitter, networkMode } = this.options
    const retry = this.options.retry ?? 0
    const mode = networkModeCode(networkMode)

    let waiting: 0 | 1 = 0
    const setWaiting = (now: 0 | 1) => {
      if (now !== waiting) timer.keepAlive(now ? 1 : -1)
      waiting = now
    }
    const retryer = (this.#retryer = new Retryer<TData, TError>({
      fn: () => {
        setWaiting(0)
        if (this.#engine.error) throw this.#engine.error
        if (!this.options.mutationFn) return Promise.reject(new Error('No mutationFn found'))
        return this.options.mutationFn(variables, context)
      },
      retry,
      retryDelay,
      failed: (verdict, delay, retryAfter) =>
        exports.mutation_failed(machine, Date.now(), this.id, verdict, delay, retryAfter),
      ended: ignoreEnd,
      onFail: (failureCount, error) => {
        setWaiting(1)
        this.#engine.rearm()
        this.#dispatch({ type: 'failed', failureCount, error })
      },
      resume: () => {
        exports.mutation_resume(machine, this.id, hostFlags())
        this.#engine.drain()
      },
    }))
    const canStart = () =>
      exports.mutation_can_start(machine, this.id, hostFlags(), mode) !== 0 && this.#cache.canRun(this)
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
        hostFlags(),
        retryCode(exports, retry),
        retryDelayCode(retryDelay),
        mode,
        retryJitterCode(retryJitter),
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
      await this.#settleWithError(failure as TError, variables, context)
      throw failure
    } finally {
      setWaiting(0)
      if (this.#retryer === retryer) this.#retryer = undefined
      void this.#cache.runNext(this)
      if (this.#removedWhileRunning) this.unlink()
      // Its time may be over already.
      this.#engine.drain()
    }
  }

  /** @internal It was on its way elsewhere, and nobody knows what came of it: it has failed, and those behind it go on. */
  async interrupt(error: TError): Promise<void> {
    await this.#settleWithError(error, this.state.variables!, this.#context())
    void this.#cache.runNext(this)
  }

  #context(): MutationFunctionContext {
    return { client: this.#client, meta: this.options.meta, mutationKey: this.options.mutationKey }
  }

  /** Calls back, and is over. */
  async #settleWithError(error: TError, variables: TVariables, context: MutationFunctionContext): Promise<void> {
    const { config } = this.#cache
    // A callback that throws must hide neither the error nor the callbacks after it.
    await callSafely(() => config.onError?.(error as any, variables, this.state.context, this as any, context))
    await callSafely(() => this.options.onError?.(error, variables, this.state.context, context))
    await callSafely(() =>
      config.onSettled?.(undefined, error as any, this.state.variables, this.state.context, this as any, context),
    )
    await callSafely(() => this.options.onSettled?.(undefined, error, variables, this.state.context, context))
    this.#settle({ type: 'error', error })
  }

  #settle(action: MutationAction<TData, TError, TVariables, TOnMutateResult>): void {
    this.#engine.exports.mutation_settled(this.#engine.machine, Date.now(), this.#id)
    this.#engine.rearm()
    this.#dispatch(action)
  }

  /** @internal The engine decided about it. */
  onEffect(code: number): void {
    if (code === RUN) {
      this.#retryer?.attempt()
    } else if (code === PAUSED) {
      this.#dispatch({ type: 'pause' })
    } else if (code === CONTINUED) {
      this.#dispatch({ type: 'continue' })
    } else if (code === COLLECTED) {
      this.#detach()
      this.#cache.remove(this)
    } else {
      this.#retryer?.giveUp()
    }
  }

  /** @internal The engine is no more: what waits for its word fails. */
  onEngineFailed(): void {
    this.#retryer?.onEngineFailed()
  }

  #dispatch(action: MutationAction<TData, TError, TVariables, TOnMutateResult>): void {
    this.state = { ...this.state, ...this.#changes(action) }
    notifyManager.batch(() => {
      this.#observers.forEach((observer) => observer.onMutationUpdate(action))
      this.#cache.notify({ mutation: this, type: 'updated', action })
    })
  }

  #changes(
    action: MutationAction<TData, TError, TVariables, TOnMutateResult>,
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

export type Mutation<
  TData = unknown,
  TError = DefaultError,
  TVariables = unknown,
  TOnMutateResult = unknown,
> = Types.Mutation<TData, TError, TVariables, TOnMutateResult>

/** The engine hears of a mutation's end when its callbacks have run. */
function ignoreEnd(): void {}

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
