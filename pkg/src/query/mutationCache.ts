import { matchMutation, type MutationFilters } from './matching.js'
import { Mutation, type Action, type MutationState } from './mutation.js'
import { MutationEngine } from './mutationEngine.js'
import type { Setup } from './setup.js'
import { notifyManager } from './notifyManager.js'
import { Subscribable } from './subscribable.js'
import { noop } from './utils.js'
import type { MutationObserver } from './mutationObserver.js'
import type { QueryClient } from './queryClient.js'
import type { DefaultError, MutationFunctionContext, MutationOptions } from './types.js'

type AnyMutation = Mutation<any, any, any, any>
type Unknown = Mutation<unknown, unknown, unknown>

/** What is called for every mutation of a cache, and awaited before the mutation's own. */
export interface MutationCacheConfig {
  /** When one failed for good. */
  onError?: (
    error: DefaultError,
    variables: unknown,
    onMutateResult: unknown,
    mutation: Unknown,
    context: MutationFunctionContext,
  ) => Promise<unknown> | unknown
  /** When one succeeded. What it throws makes the mutation fail. */
  onSuccess?: (
    data: unknown,
    variables: unknown,
    onMutateResult: unknown,
    mutation: Unknown,
    context: MutationFunctionContext,
  ) => Promise<unknown> | unknown
  /** Before its function runs. What it throws makes the mutation fail. */
  onMutate?: (
    variables: unknown,
    mutation: Unknown,
    context: MutationFunctionContext,
  ) => Promise<unknown> | unknown
  /** After either, with what there is of data and error. */
  onSettled?: (
    data: unknown | undefined,
    error: DefaultError | null,
    variables: unknown,
    onMutateResult: unknown,
    mutation: Unknown,
    context: MutationFunctionContext,
  ) => Promise<unknown> | unknown
}

/** What a listener of the cache hears. */
export type MutationCacheNotifyEvent =
  | { type: 'added' | 'removed'; mutation: AnyMutation }
  | { type: 'observerAdded' | 'observerRemoved'; mutation: AnyMutation; observer: MutationObserver<any, any, any> }
  | { type: 'observerOptionsUpdated'; mutation?: AnyMutation; observer: MutationObserver<any, any, any, any> }
  | { type: 'updated'; mutation: AnyMutation; action: Action<any, any, any, any> }

/** All mutations, in the order in which they were made. */
export class MutationCache extends Subscribable<(event: MutationCacheNotifyEvent) => void> {
  config: MutationCacheConfig
  #mutations = new Set<AnyMutation>()
  #made = 0
  /** @internal */
  readonly setup: Setup = {}
  #engine?: MutationEngine

  constructor(config: MutationCacheConfig = {}) {
    super()
    this.config = config
  }

  /** @internal Started when first needed. */
  get engine(): MutationEngine {
    return (this.#engine ??= new MutationEngine(this.setup))
  }

  /** @internal Whether nothing needs its engine. */
  isIdle(): boolean {
    return !this.#engine || !(this.setup.tap || this.#engine.mutations.size)
  }

  /** @internal Its engine goes, and another comes when one is needed. */
  release(): void {
    this.#engine?.alarm.set(Infinity)
    this.#engine = undefined
  }

  build<TData, TError, TVariables, TOnMutateResult>(
    client: QueryClient,
    options: MutationOptions<TData, TError, TVariables, TOnMutateResult>,
    state?: MutationState<TData, TError, TVariables, TOnMutateResult>,
  ): Mutation<TData, TError, TVariables, TOnMutateResult> {
    const mutation = new Mutation({
      client,
      mutationCache: this,
      mutationId: ++this.#made,
      options: client.defaultMutationOptions(options),
      state,
    })
    this.add(mutation)
    return mutation
  }

  add(mutation: AnyMutation): void {
    this.#mutations.add(mutation)
    this.notify({ type: 'added', mutation })
  }

  remove(mutation: AnyMutation): void {
    if (this.#mutations.delete(mutation)) mutation.unlink()
    this.notify({ type: 'removed', mutation })
  }

  /** Whether it is a mutation's turn in its scope. */
  canRun(mutation: AnyMutation): boolean {
    const { exports, machine } = this.engine
    return exports.mutation_can_run(machine, mutation.id) !== 0
  }

  /** Lets the next of its scope go on. */
  runNext(mutation: AnyMutation): Promise<unknown> {
    const { exports, machine } = this.engine
    const next = this.engine.mutations.get(exports.mutation_next_in_scope(machine, mutation.id))
    return next?.state.isPaused ? next.continue() : Promise.resolve()
  }

  clear(): void {
    notifyManager.batch(() => {
      const all = this.getAll()
      this.#mutations.clear()
      all.forEach((mutation) => {
        mutation.unlink()
        this.notify({ type: 'removed', mutation })
      })
    })
  }

  getAll(): Mutation[] {
    return [...this.#mutations]
  }

  find<TData = unknown, TError = DefaultError, TVariables = any, TOnMutateResult = unknown>(
    filters: MutationFilters,
  ): Mutation<TData, TError, TVariables, TOnMutateResult> | undefined {
    return this.findAll({ exact: true, ...filters })[0] as any
  }

  findAll(filters: MutationFilters = {}): Mutation[] {
    return this.getAll().filter((mutation) => matchMutation(filters, mutation))
  }

  notify(event: MutationCacheNotifyEvent): void {
    notifyManager.batch(() => this.tell(event))
  }

  /** Lets all that are paused go on; resolves when they have. What waits for one that runs already is not waited for. */
  resumePausedMutations(): Promise<unknown> {
    const paused = this.getAll().filter((mutation) => mutation.state.isPaused)
    const goesOn = new Set(paused.filter((mutation) => this.#first(mutation)?.state.isPaused !== false))
    return notifyManager.batch(() =>
      Promise.all(
        paused.map((mutation) => {
          const done = mutation.continue().catch(noop)
          return goesOn.has(mutation) ? done : undefined
        }),
      ),
    )
  }

  /** The mutation that has its turn in the scope of `mutation`. */
  #first(mutation: AnyMutation): AnyMutation | undefined {
    const { exports, machine, mutations } = this.engine
    return mutations.get(exports.mutation_first_in_scope(machine, mutation.id))
  }
}
