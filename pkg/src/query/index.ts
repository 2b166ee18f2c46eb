// `whippet/query`: the query cache, with TanStack Query v5's names.
export { QueryCache } from './queryCache.js'
export { QueryClient } from './queryClient.js'
export { Query } from './query.js'
export { QueryObserver } from './queryObserver.js'
export { InfiniteQueryObserver } from './infiniteQueryObserver.js'
export { MutationCache } from './mutationCache.js'
export { QueriesObserver, type QueriesObserverOptions } from './queriesObserver.js'
export { Mutation } from './mutation.js'
export { MutationObserver } from './mutationObserver.js'
export { focusManager, type FocusManager } from './focusManager.js'
export { onlineManager, type OnlineManager } from './onlineManager.js'
export { notifyManager, defaultScheduler } from './notifyManager.js'
export {
  timeoutManager,
  type ManagedTimerId,
  type TimeoutCallback,
  type TimeoutManager,
  type TimeoutProvider,
} from './timeoutManager.js'
export { environmentManager, isServer } from './environmentManager.js'
export {
  dehydrate,
  dehydrateQuery,
  hydrate,
  defaultShouldDehydrateMutation,
  defaultShouldDehydrateQuery,
  type DehydratedMutation,
  type DehydratedQuery,
  type DehydratedState,
} from './hydration.js'
export { streamedQuery as experimental_streamedQuery } from './streamedQuery.js'
export { CircuitOpenError, MutationInterruptedError, TimeoutError } from './errors.js'
export { CancelledError, isCancelledError } from './cancelledError.js'
export { hashKey, partialMatchKey } from './hashKey.js'
export { matchQuery, matchMutation } from './filters.js'
export { recordSession, type SessionRecording } from './recordSession.js'
export { replaceEqualDeep } from './structuralSharing.js'
export { keepPreviousData, noop, shouldThrowError } from './utils.js'
export { dataTagSymbol, dataTagErrorSymbol, skipToken, unsetMarker } from './types.js'
export type * from './types.js'
// The names above are of values too, and hide these interfaces. Without another name a declaration file could not say the type of an
// exported client, cache or query (TS2742).
export type {
  Mutation as MutationInterface,
  MutationCache as MutationCacheInterface,
  MutationObserver as MutationObserverInterface,
  Query as QueryInterface,
  QueryCache as QueryCacheInterface,
  QueryClient as QueryClientInterface,
  QueryObserver as QueryObserverInterface,
} from './types.js'
export type { QueryObserverBase } from './queryObserver.js'
export type { MutationObserverBase } from './mutationObserver.js'
export { WasmUnavailableError } from '../wasm.js'
