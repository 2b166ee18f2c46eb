import { callSafely } from './callSafely.js'
import { hashKey } from './hashKey.js'
import { getDefaultState, withMutations } from './mutation.js'
import { notifyManager } from './notifyManager.js'
import { shallowEqualObjects } from './structuralSharing.js'
import { Subscribable } from './subscribable.js'
import type * as Types from './types.js'
import type {
  DefaultError,
  MutateOptions,
  Mutation,
  MutationAction,
  MutationFunctionContext,
  MutationObserverOptions,
  MutationObserverResult,
  QueryClient,
} from './types.js'

// Public members are documented in `types/classes.ts`.
/** Creates mutations and observes the last one. */
export class MutationObserverBase<TData = unknown, TError = DefaultError, TVariables = void, TOnMutateResult = unknown>
  extends Subscribable<(result: MutationObserverResult<TData, TError, TVariables, TOnMutateResult>) => void>
  implements Types.MutationObserver<TData, TError, TVariables, TOnMutateResult>
{
  options!: MutationObserverOptions<TData, TError, TVariables, TOnMutateResult>
  #client: QueryClient
  #result!: MutationObserverResult<TData, TError, TVariables, TOnMutateResult>
  #mutation?: Mutation<TData, TError, TVariables, TOnMutateResult>
  #mutateOptions?: MutateOptions<TData, TError, TVariables, TOnMutateResult>

  constructor(client: QueryClient, options: MutationObserverOptions<TData, TError, TVariables, TOnMutateResult>) {
    super()
    this.#client = client
    this.setOptions(options)
    this.bindMethods()
    this.#updateResult()
  }

  protected bindMethods(): void {
    this.mutate = this.mutate.bind(this)
    this.reset = this.reset.bind(this)
  }

  setOptions(options: MutationObserverOptions<TData, TError, TVariables, TOnMutateResult>): void {
    const before = this.options as typeof this.options | undefined
    this.options = this.#client.defaultMutationOptions(options)
    if (!shallowEqualObjects(this.options, before)) {
      this.#client.getMutationCache().notify({ type: 'observerOptionsUpdated', mutation: this.#mutation, observer: this })
    }
    const [key, keyBefore] = [this.options.mutationKey, before?.mutationKey]
    if (key && keyBefore && hashKey(key) !== hashKey(keyBefore)) this.reset()
    else if (this.#mutation?.state.status === 'pending') this.#mutation.setOptions(this.options)
  }

  protected override onSubscribe(): void {
    if (this.listeners.size !== 1 || !this.#mutation) return
    this.#mutation.addObserver(this)
    this.#updateResult()
  }

  protected override onUnsubscribe(): void {
    if (!this.hasListeners()) this.#mutation?.removeObserver(this)
  }

  onMutationUpdate(action: MutationAction<TData, TError, TVariables, TOnMutateResult>): void {
    this.#updateResult()
    this.#notify(action)
  }

  getCurrentResult(): MutationObserverResult<TData, TError, TVariables, TOnMutateResult> {
    return this.#result
  }

  reset(): void {
    this.#mutation?.removeObserver(this)
    this.#mutation = undefined
    this.#updateResult()
    this.#notify()
  }

  mutate(variables: TVariables, options?: MutateOptions<TData, TError, TVariables, TOnMutateResult>): Promise<TData> {
    this.#mutateOptions = options
    this.#mutation?.removeObserver(this)
    this.#mutation = this.#client.getMutationCache().build(this.#client, this.options)
    this.#mutation.addObserver(this)
    return this.#mutation.execute(variables)
  }

  #updateResult(): void {
    const state = this.#mutation?.state ?? getDefaultState<TData, TError, TVariables, TOnMutateResult>()
    this.#result = {
      ...state,
      isPending: state.status === 'pending',
      isSuccess: state.status === 'success',
      isError: state.status === 'error',
      isIdle: state.status === 'idle',
      mutate: this.mutate,
      reset: this.reset,
    } as MutationObserverResult<TData, TError, TVariables, TOnMutateResult>
  }

  #notify(action?: MutationAction<TData, TError, TVariables, TOnMutateResult>): void {
    notifyManager.batch(() => {
      // A callback may mutate again, which replaces the options.
      const options = this.#mutateOptions
      if (options && this.hasListeners()) {
        const variables = this.#result.variables!
        const result = this.#result.context
        const context = {
          client: this.#client,
          meta: this.options.meta,
          mutationKey: this.options.mutationKey,
        } satisfies MutationFunctionContext
        if (action?.type === 'success') {
          callSafely(() => options.onSuccess?.(action.data, variables, result, context))
          callSafely(() => options.onSettled?.(action.data, null, variables, result, context))
        } else if (action?.type === 'error') {
          callSafely(() => options.onError?.(action.error, variables, result, context))
          callSafely(() => options.onSettled?.(undefined, action.error, variables, result, context))
        }
      }
      this.notifyListeners(this.#result)
    })
  }
}

/** Creates mutations and observes the last one. */
export const MutationObserver = /* @__PURE__ */ withMutations(MutationObserverBase)
export type MutationObserver<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> = Types.MutationObserver<TData, TError, TVariables, TOnMutateResult>
