import {
  MUTATION_EFFECT_COLLECTED,
  MUTATION_EFFECT_CONTINUED,
  MUTATION_EFFECT_PAUSED,
  MUTATION_EFFECT_RUN,
  mutation_can_start,
  mutation_dequeue,
  mutation_failed,
  mutation_insert,
  mutation_keep,
  mutation_observe,
  mutation_raise_gc_time,
  mutation_remove,
  mutation_resume,
  mutation_set_pending,
  mutation_settled,
  mutation_start,
  mutation_unobserve,
  type Verdict,
} from '../rules/query.js'
import { callSafely } from './callSafely.js'
import { matchMutation } from './filters.js'
import { resolveGcTime } from './gcTime.js'
import { host } from './host.js'
import { MutationEngine } from './mutationEngine.js'
import type { MutationConfig } from './mutationConfig.js'
import { giveMutationParts } from './mutationParts.js'
import { notifyManager } from './notifyManager.js'
import { Retryer, runOptions } from './retryer.js'
import type { InternalMutation, InternalMutationCache } from './internal.js'
import type * as Types from './types.js'
import type {
  DefaultError,
  MutationAction,
  MutationFunctionContext,
  MutationMeta,
  MutationObserver,
  MutationOptions,
  MutationState,
  QueryClient,
} from './types.js'

// Holds the values, callbacks and observers of a mutation; the engine decides when it runs and waits. Public members are
// documented in `types/classes.ts`, the others in `internal.ts`.
class MutationBase<
  TData = unknown,
  TError = DefaultError,
  TVariables = unknown,
  TOnMutateResult = unknown,
> implements InternalMutation<TData, TError, TVariables, TOnMutateResult> {
  state: MutationState<TData, TError, TVariables, TOnMutateResult>
  options!: MutationOptions<TData, TError, TVariables, TOnMutateResult>
  readonly mutationId: number
  gcTime = 0
  #client: QueryClient
  #cache: InternalMutationCache
  #id = 0
  /** The scope that the engine was told. */
  #scope: unknown
  #observers: MutationObserver<any, any, any, any>[] = []
  #retryer?: Retryer<TData, TError>
  /** Whether the mutation was removed from the cache while it was running. */
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
    const gcTime = resolveGcTime(options.gcTime)
    this.gcTime =
      this.#id === 0 ? Math.max(this.gcTime, gcTime) : this.#engine.applyRule(mutation_raise_gc_time, this.#id, gcTime)
  }

  get id(): number {
    return this.#id
  }

  /** Creates the mutation in the engine, again where it was removed and is used after all. */
  #attach(): number {
    if (this.#id !== 0) return this.#id
    const engine = this.#engine
    this.#scope = this.options.scope?.id
    this.#id = engine.applyRule(mutation_insert, Date.now(), engine.enterScope(this.#scope), this.gcTime)
    if (this.state.status === 'pending') engine.applyRule(mutation_set_pending, this.#id, true)
    for (const _ of this.#observers) engine.applyRule(mutation_observe, this.#id)
    engine.engineItems.set(this.#id, this)
    return this.#id
  }

  unlink(): void {
    this.#removedWhileRunning = this.#retryer !== undefined
    if (this.#removedWhileRunning) {
      this.#engine.applyRule(mutation_dequeue, this.#id)
    } else {
      this.#engine.applyRule(mutation_remove, this.#id)
      this.#detach()
    }
  }

  /** Forgets the engine's id, which is no longer valid. */
  #detach(): void {
    if (this.#id === 0) return
    this.#engine.engineItems.delete(this.#id)
    this.#engine.leaveScope(this.#scope)
    this.#id = 0
  }

  /** The cache's engine. It is replaced by `releaseMemory`, but only while no mutation has an id. */
  get #engine(): MutationEngine {
    return this.#cache.engine
  }

  get meta(): MutationMeta | undefined {
    return this.options.meta
  }

  destroy(): void {
    this.#engine.applyRule(mutation_keep, this.#id)
  }

  addObserver(observer: MutationObserver<any, any, any, any>): void {
    if (this.#observers.includes(observer)) return
    const id = this.#attach()
    this.#observers.push(observer)
    this.#engine.applyRule(mutation_observe, id)
    this.#cache.notify({ type: 'observerAdded', mutation: this, observer })
  }

  removeObserver(observer: MutationObserver<any, any, any, any>): void {
    if (this.#observers.includes(observer)) {
      this.#observers = this.#observers.filter((known) => known !== observer)
      this.#engine.applyRule(mutation_unobserve, Date.now(), this.#id)
    }
    this.#cache.notify({ type: 'observerRemoved', mutation: this, observer })
  }

  continue(): Promise<unknown> {
    if (this.#retryer) return this.#retryer.continue()
    return this.state.status === 'pending' ? this.execute(this.state.variables!) : Promise.resolve()
  }

  async execute(variables: TVariables): Promise<TData> {
    const engine = this.#engine
    const { config } = this.#cache
    this.#attach()
    const context = this.#context()
    const { retryDelay, retry = 0 } = this.options
    const run = () => runOptions({ ...this.options, retry: retry ?? 0 })

    let waiting = 0
    const setWaiting = (now: number) => {
      engine.engineTimer.keepAlive(now - waiting)
      waiting = now
    }
    const retryer: Retryer<TData, TError> = (this.#retryer = Object.assign(new BareRetryer<TData, TError>(), {
      callFunction: () => {
        setWaiting(0)
        if (!this.options.mutationFn) return Promise.reject(new Error('No mutationFn found'))
        return this.options.mutationFn(variables, context)
      },
      retry,
      retryDelay,
      tellFailure: (verdict: Verdict) => engine.applyRule(mutation_failed, Date.now(), this.id, verdict),
      tellEnd: ignoreEnd,
      tellRetry: (failureCount: number, error: TError) => {
        setWaiting(1)
        this.#dispatch({ type: 'failed', failureCount, error })
      },
      askResume: () => {
        engine.applyRule(mutation_resume, this.id, host())
        this.#engine.drainEffects()
      },
    }))
    const canStart = () => engine.applyRule(mutation_can_start, this.id, host(), run()) && this.#cache.canRun(this)
    const restored = this.state.status === 'pending'
    const isPaused = !canStart()

    try {
      if (restored) {
        this.#dispatch({ type: 'continue' })
      } else {
        engine.applyRule(mutation_set_pending, this.id, true)
        this.#dispatch({ type: 'pending', variables, isPaused })
        if (config.onMutate) await config.onMutate(variables, this as any, context)
        const result = await this.options.onMutate?.(variables, context)
        if (result !== this.state.context) {
          this.#dispatch({ type: 'pending', context: result, variables, isPaused })
        }
      }
      // The network may have come back while `onMutate` ran.
      if (this.state.isPaused && canStart()) this.#dispatch({ type: 'continue' })
      engine.applyRule(mutation_start, Date.now(), this.#attach(), host(), run())
      this.#engine.drainEffects()
      const data = await retryer.result

      await config.onSuccess?.(data, variables, this.state.context, this as any, context)
      await this.options.onSuccess?.(data, variables, this.state.context!, context)
      await config.onSettled?.(data, null, this.state.variables, this.state.context, this as any, context)
      await this.options.onSettled?.(data, null, variables, this.state.context, context)
      this.#settleResult({ type: 'success', data })
      return data
    } catch (failure) {
      await this.#settleWithError(failure as TError, variables, context)
      throw failure
    } finally {
      setWaiting(0)
      if (this.#retryer === retryer) this.#retryer = undefined
      void this.#cache.runNext(this)
      if (this.#removedWhileRunning) this.unlink()
      // A mutation with a `gcTime` of 0 is removed now.
      this.#engine.drainEffects()
    }
  }

  async interrupt(error: TError): Promise<void> {
    await this.#settleWithError(error, this.state.variables!, this.#context())
    void this.#cache.runNext(this)
  }

  #context(): MutationFunctionContext {
    return { client: this.#client, meta: this.options.meta, mutationKey: this.options.mutationKey }
  }

  /** Runs the error callbacks and ends the mutation. */
  async #settleWithError(error: TError, variables: TVariables, context: MutationFunctionContext): Promise<void> {
    const { config } = this.#cache
    // A callback that throws must hide neither the error nor the callbacks after it.
    await callSafely(() => config.onError?.(error as any, variables, this.state.context, this as any, context))
    await callSafely(() => this.options.onError?.(error, variables, this.state.context, context))
    await callSafely(() =>
      config.onSettled?.(undefined, error as any, this.state.variables, this.state.context, this as any, context),
    )
    await callSafely(() => this.options.onSettled?.(undefined, error, variables, this.state.context, context))
    this.#settleResult({ type: 'error', error })
  }

  #settleResult(action: MutationAction<TData, TError, TVariables, TOnMutateResult>): void {
    this.#engine.applyRule(mutation_settled, Date.now(), this.#id)
    this.#dispatch(action)
  }

  onEffect(code: number): void {
    if (code === MUTATION_EFFECT_RUN) {
      this.#retryer?.attemptNow()
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

/**
 * `user`, which makes mutations: a page that has it has them. Imported without effect: a bundler drops the call with
 * `user`.
 */
export function withMutations<T>(user: T): T {
  giveMutationParts({ Mutation: MutationBase, MutationEngine, matchMutation })
  return user
}

/** One mutation: its state, its options and its observers. */
export const Mutation: {
  new <TData = unknown, TError = DefaultError, TVariables = unknown, TOnMutateResult = unknown>(
    config: MutationConfig<TData, TError, TVariables, TOnMutateResult>,
  ): Types.Mutation<TData, TError, TVariables, TOnMutateResult>
  readonly prototype: Types.Mutation<any, any, any, any>
} = /* @__PURE__ */ withMutations(MutationBase)

export type Mutation<TData = unknown, TError = DefaultError, TVariables = unknown, TOnMutateResult = unknown> = Types.Mutation<
  TData,
  TError,
  TVariables,
  TOnMutateResult
>

/** Without its hooks, which are added at once. */
const BareRetryer = Retryer as unknown as new <TData, TError>() => Retryer<TData, TError>

/** Does nothing when the function has settled: the engine is told after the callbacks. */
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
