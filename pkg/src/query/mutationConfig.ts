// The argument of `new Mutation`. A file of its own, as the declarations that are shipped have it and nothing of the engine.
import type { MutationCache, MutationOptions, MutationState, QueryClient } from './types.js'

export interface MutationConfig<TData, TError, TVariables, TOnMutateResult> {
  client: QueryClient
  mutationId: number
  mutationCache: MutationCache
  options: MutationOptions<TData, TError, TVariables, TOnMutateResult>
  state?: MutationState<TData, TError, TVariables, TOnMutateResult>
}
