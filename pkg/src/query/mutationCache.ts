import { mutation_can_run } from '../rules/query.js'
import { mutationParts } from './mutationParts.js'
import type { MutationEngine } from './mutationEngine.js'
import type { EngineConfig } from './startEngine.js'
import { notifyManager } from './notifyManager.js'
import { Subscribable } from './subscribable.js'
import type { AnyMutation, InternalMutation, InternalMutationCache } from './internal.js'
import type * as Types from './types.js'
import type {
  DefaultError,
  MutationCacheConfig,
  MutationCacheNotifyEvent,
  MutationFilters,
  MutationOptions,
  MutationState,
  QueryClient,
} from './types.js'

// Public members are documented in `types/classes.ts`, the others in `internal.ts`.
/** All mutations, in the order of their creation. */
export const MutationCache: {
  new (config?: MutationCacheConfig): Types.MutationCache
  readonly prototype: Types.MutationCache
} = class MutationCache extends Subscribable<(event: MutationCacheNotifyEvent) => void> implements InternalMutationCache {
  config: MutationCacheConfig
  #mutations = new Set<AnyMutation>()
  #made = 0
  readonly engineConfig: EngineConfig = {}
  #engine?: MutationEngine

  constructor(config: MutationCacheConfig = {}) {
    super()
    this.config = config
  }

  get engine(): MutationEngine {
    return (this.#engine ??= new (mutationParts().MutationEngine)(this.engineConfig))
  }

  isUnused(): boolean {
    return !this.#engine || !(this.engineConfig.ruleTap || this.#engine.engineItems.size)
  }

  releaseEngine(): void {
    this.#engine?.engineTimer.set(Infinity)
    this.#engine = undefined
  }

  build<TData, TError, TVariables, TOnMutateResult>(
    client: QueryClient,
    options: MutationOptions<TData, TError, TVariables, TOnMutateResult>,
    state?: MutationState<TData, TError, TVariables, TOnMutateResult>,
  ): InternalMutation<TData, TError, TVariables, TOnMutateResult> {
    const mutation = new (mutationParts().Mutation)({
      client,
      mutationCache: this,
      mutationId: ++this.#made,
      options: client.defaultMutationOptions(options),
      state,
    }) as InternalMutation<TData, TError, TVariables, TOnMutateResult>
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

  canRun(mutation: AnyMutation): boolean {
    return this.engine.applyRule(mutation_can_run, mutation.id)
  }

  runNext(mutation: AnyMutation): Promise<unknown> {
    return this.engine.runNext(mutation.id)
  }

  clear(): void {
    notifyManager.batch(() => this.getAll().forEach((mutation) => this.remove(mutation)))
  }

  getAll(): InternalMutation[] {
    return [...this.#mutations]
  }

  find<TData = unknown, TError = DefaultError, TVariables = any, TOnMutateResult = unknown>(
    filters: MutationFilters,
  ): InternalMutation<TData, TError, TVariables, TOnMutateResult> | undefined {
    return this.findAll({ exact: true, ...filters })[0] as any
  }

  findAll(filters: MutationFilters = {}): InternalMutation[] {
    const all = this.getAll()
    // Without mutations nothing has come to match them with.
    return all.length ? all.filter((mutation) => mutationParts().matchMutation(filters, mutation)) : all
  }

  notify(event: MutationCacheNotifyEvent): void {
    notifyManager.batch(() => this.notifyListeners(event))
  }

  resumePausedMutations(): Promise<unknown> {
    return this.#engine?.resume(this.getAll()) ?? Promise.resolve([])
  }
}

export type MutationCache = Types.MutationCache
