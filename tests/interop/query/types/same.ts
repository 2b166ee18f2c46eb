// Compares the types of whippet/query with those of query-core: each must be assignable to the other.
import type * as Q from '@tanstack/query-core'
import type * as W from 'whippet/query'

/** `true` if the types have the same properties. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : 'ours is wider') : 'ours is narrower'
function same<_T extends true>() {}

type Row = { id: number; name: string }
type Key = readonly ['rows', number]

// Options.
same<Same<Q.QueryKey, W.QueryKey>>()
same<Same<Q.StaleTime, W.StaleTime>>()
same<Same<Q.NetworkMode, W.NetworkMode>>()
same<Same<Q.DefaultError, W.DefaultError>>()
same<Same<Q.QueryStatus, W.QueryStatus>>()
same<Same<Q.FetchStatus, W.FetchStatus>>()
same<Same<Q.MutationStatus, W.MutationStatus>>()
same<Same<Q.NotifyOnChangeProps, W.NotifyOnChangeProps>>()
same<Same<Q.RefetchOptions, W.RefetchOptions>>()
same<Same<Q.InvalidateOptions, W.InvalidateOptions>>()
same<Same<Q.ResetOptions, W.ResetOptions>>()
same<Same<Q.CancelOptions, W.CancelOptions>>()
same<Same<Q.SetDataOptions, W.SetDataOptions>>()
same<Same<Q.FetchNextPageOptions, W.FetchNextPageOptions>>()
same<Same<Q.FetchPreviousPageOptions, W.FetchPreviousPageOptions>>()
same<Same<Q.MutationScope, W.MutationScope>>()
same<Same<Q.QueryMeta, W.QueryMeta>>()
same<Same<Q.MutationMeta, W.MutationMeta>>()
same<Same<Q.Updater<Row, Row | undefined>, W.Updater<Row, Row | undefined>>>()
same<Same<Q.NonUndefinedGuard<Row | undefined>, W.NonUndefinedGuard<Row | undefined>>>()
same<Same<Q.DistributiveOmit<Row | { id: 1 }, 'id'>, W.DistributiveOmit<Row | { id: 1 }, 'id'>>>()
same<Same<Q.OmitKeyof<Row, 'id'>, W.OmitKeyof<Row, 'id'>>>()
same<Same<Q.Override<Row, { id: string }>, W.Override<Row, { id: string }>>>()
same<Same<Q.InitialDataFunction<Row>, W.InitialDataFunction<Row>>>()
same<Same<Q.InfiniteData<Row, number>, W.InfiniteData<Row, number>>>()
same<Same<Q.GetNextPageParamFunction<number, Row>, W.GetNextPageParamFunction<number, Row>>>()
same<Same<Q.GetPreviousPageParamFunction<number, Row>, W.GetPreviousPageParamFunction<number, Row>>>()
same<Same<Q.QueryPersister<Row, never> extends Function ? 1 : 0, W.QueryPersister<Row, never> extends Function ? 1 : 0>>()

// Results.
same<Same<Q.QueryObserverResult<Row, Error>, W.QueryObserverResult<Row, Error>>>()
same<Same<Q.DefinedQueryObserverResult<Row, Error>, W.DefinedQueryObserverResult<Row, Error>>>()
same<Same<Q.QueryObserverBaseResult<Row, Error>, W.QueryObserverBaseResult<Row, Error>>>()
same<Same<Q.QueryObserverLoadingErrorResult<Row>, W.QueryObserverLoadingErrorResult<Row>>>()
same<Same<Q.QueryObserverLoadingResult<Row>, W.QueryObserverLoadingResult<Row>>>()
same<Same<Q.QueryObserverPendingResult<Row>, W.QueryObserverPendingResult<Row>>>()
same<Same<Q.QueryObserverPlaceholderResult<Row>, W.QueryObserverPlaceholderResult<Row>>>()
same<Same<Q.QueryObserverRefetchErrorResult<Row>, W.QueryObserverRefetchErrorResult<Row>>>()
same<Same<Q.QueryObserverSuccessResult<Row>, W.QueryObserverSuccessResult<Row>>>()
same<Same<Q.InfiniteQueryObserverResult<Row, Error>, W.InfiniteQueryObserverResult<Row, Error>>>()
same<Same<Q.DefinedInfiniteQueryObserverResult<Row, Error>, W.DefinedInfiniteQueryObserverResult<Row, Error>>>()
// The callbacks of `mutate` receive a client, whose classes differ.
same<
  Same<Omit<Q.MutationObserverResult<Row, Error, number>, 'mutate'>, Omit<W.MutationObserverResult<Row, Error, number>, 'mutate'>>
>()
same<Same<Parameters<Q.MutationObserverResult<Row, Error, number>['mutate']>[0], number>>()
same<Same<Parameters<W.MutationObserverResult<Row, Error, number>['mutate']>[0], number>>()
same<Same<Q.MutationState<Row, Error, number>, W.MutationState<Row, Error, number>>>()
same<Same<Q.QueryState<Row, Error>, W.QueryState<Row, Error>>>()

// Types whose callbacks receive a client: the names of their properties.
type Names<T> = keyof T
same<
  Same<
    Names<Q.QueryOptions<Row, Error, Row, Key>>,
    Exclude<Names<W.QueryOptions<Row, Error, Row, Key>>, 'timeout' | 'retryJitter'>
  >
>()
same<Same<Names<Q.QueryObserverOptions<Row>>, Exclude<Names<W.QueryObserverOptions<Row>>, 'timeout' | 'retryJitter'>>>()
same<
  Same<Names<Q.InfiniteQueryObserverOptions<Row>>, Exclude<Names<W.InfiniteQueryObserverOptions<Row>>, 'timeout' | 'retryJitter'>>
>()
same<Same<Names<Q.FetchQueryOptions<Row>>, Exclude<Names<W.FetchQueryOptions<Row>>, 'timeout' | 'retryJitter'>>>()
same<Same<Names<Q.FetchInfiniteQueryOptions<Row>>, Exclude<Names<W.FetchInfiniteQueryOptions<Row>>, 'timeout' | 'retryJitter'>>>()
same<Same<Names<Q.EnsureQueryDataOptions<Row>>, Exclude<Names<W.EnsureQueryDataOptions<Row>>, 'timeout' | 'retryJitter'>>>()
same<Same<Names<Q.MutationOptions<Row>>, Exclude<Names<W.MutationOptions<Row>>, 'retryJitter'>>>()
same<Same<Names<Q.MutationObserverOptions<Row>>, Exclude<Names<W.MutationObserverOptions<Row>>, 'retryJitter'>>>()
same<Same<Names<Q.QueryFunctionContext<Key, number>>, Names<W.QueryFunctionContext<Key, number>>>>()
same<Same<Names<Q.QueryFunctionContext<Key>>, Names<W.QueryFunctionContext<Key>>>>()
same<Same<Names<Q.MutationFunctionContext>, Names<W.MutationFunctionContext>>>()
same<Same<Names<Q.DefaultOptions>, Names<W.DefaultOptions>>>()
same<Same<Names<Q.QueryFilters<Key>>, Names<W.QueryFilters<Key>>>>()
same<Same<Q.QueryFilters<Key>['queryKey'], W.QueryFilters<Key>['queryKey']>>()
same<Same<Names<Q.MutationFilters>, Names<W.MutationFilters>>>()
same<Same<Names<Q.DehydrateOptions>, Names<W.DehydrateOptions>>>()
same<Same<Names<Q.HydrateOptions>, Names<W.HydrateOptions>>>()
same<Same<Names<Q.DehydratedState>, Names<W.DehydratedState>>>()
same<Same<Names<Q.QueryClient>, Exclude<Names<W.QueryClient>, 'breakers' | 'stats' | 'releaseMemory'>>>()
same<Same<Names<Q.QueryObserver>, Extract<Names<W.QueryObserver>, Names<Q.QueryObserver>>>>()
same<Same<Names<Q.Query>, Extract<Names<W.Query>, Names<Q.Query>>>>()
same<Same<Names<Q.QueryCache>, Extract<Names<W.QueryCache>, Names<Q.QueryCache>>>>()
same<Same<Names<Q.MutationCache>, Extract<Names<W.MutationCache>, Names<Q.MutationCache>>>>()
same<Same<Names<Q.Mutation>, Extract<Names<W.Mutation>, Names<Q.Mutation>>>>()
same<Same<Names<Q.MutationObserver>, Extract<Names<W.MutationObserver>, Names<Q.MutationObserver>>>>()
same<Same<Names<Q.QueriesObserver>, Extract<Names<W.QueriesObserver>, Names<Q.QueriesObserver>>>>()
same<Same<Names<Q.InfiniteQueryObserver>, Extract<Names<W.InfiniteQueryObserver>, Names<Q.InfiniteQueryObserver>>>>()

// A test that replaces a method for all instances does it on the prototype.
same<Same<(typeof W.QueryClient)['prototype'], W.QueryClient>>()
same<Same<(typeof W.QueryCache)['prototype'], W.QueryCache>>()
same<Same<(typeof W.MutationCache)['prototype'], W.MutationCache>>()
same<Same<Names<(typeof Q.Query)['prototype']>, Extract<Names<(typeof W.Query)['prototype']>, Names<Q.Query>>>>()
same<Same<Names<(typeof Q.Mutation)['prototype']>, Extract<Names<(typeof W.Mutation)['prototype']>, Names<Q.Mutation>>>>()
same<Same<string & Names<(typeof W.Query)['prototype']>, Names<(typeof W.Query)['prototype']>>>()
same<Same<string & Names<(typeof W.Mutation)['prototype']>, Names<(typeof W.Mutation)['prototype']>>>()

// All types exist.
export type {
  AnyDataTag,
  CancelOptions,
  DataTag,
  DefaultError,
  DefaultOptions,
  DefaultedInfiniteQueryObserverOptions,
  DefaultedQueryObserverOptions,
  DefinedInfiniteQueryObserverResult,
  DefinedQueryObserverResult,
  DehydrateOptions,
  DehydratedState,
  DistributiveOmit,
  EnsureInfiniteQueryDataOptions,
  EnsureQueryDataOptions,
  FetchInfiniteQueryOptions,
  FetchNextPageOptions,
  FetchPreviousPageOptions,
  FetchQueryOptions,
  FetchStatus,
  FocusManager,
  GetNextPageParamFunction,
  GetPreviousPageParamFunction,
  HydrateOptions,
  InferDataFromTag,
  InferErrorFromTag,
  InfiniteData,
  InfiniteQueryExecuteOptions,
  InfiniteQueryObserverBaseResult,
  InfiniteQueryObserverLoadingErrorResult,
  InfiniteQueryObserverLoadingResult,
  InfiniteQueryObserverOptions,
  InfiniteQueryObserverPendingResult,
  InfiniteQueryObserverPlaceholderResult,
  InfiniteQueryObserverRefetchErrorResult,
  InfiniteQueryObserverResult,
  InfiniteQueryObserverSuccessResult,
  InfiniteQueryPageParamsOptions,
  InitialDataFunction,
  InitialPageParam,
  InvalidateOptions,
  InvalidateQueryFilters,
  ManagedTimerId,
  MutateFunction,
  MutateFunctionRest,
  MutateOptions,
  MutationCacheConfig,
  MutationCacheNotifyEvent,
  MutationFilters,
  MutationFunction,
  MutationFunctionContext,
  MutationKey,
  MutationMeta,
  MutationObserverBaseResult,
  MutationObserverErrorResult,
  MutationObserverIdleResult,
  MutationObserverLoadingResult,
  MutationObserverOptions,
  MutationObserverResult,
  MutationObserverSuccessResult,
  MutationOptions,
  MutationScope,
  MutationState,
  MutationStatus,
  NetworkMode,
  NonUndefinedGuard,
  NotifyEvent,
  NotifyEventType,
  NotifyOnChangeProps,
  OmitKeyof,
  OnlineManager,
  Override,
  PlaceholderDataFunction,
  QueriesObserverOptions,
  QueriesPlaceholderDataFunction,
  QueryBooleanOption,
  QueryCacheConfig,
  QueryCacheNotifyEvent,
  QueryClientConfig,
  QueryExecuteOptions,
  QueryFilters,
  QueryFunction,
  QueryFunctionContext,
  QueryKey,
  QueryKeyHashFunction,
  QueryKeyWithDataTag,
  QueryMeta,
  QueryObserverBaseResult,
  QueryObserverLoadingErrorResult,
  QueryObserverLoadingResult,
  QueryObserverOptions,
  QueryObserverPendingResult,
  QueryObserverPlaceholderResult,
  QueryObserverRefetchErrorResult,
  QueryObserverResult,
  QueryObserverSuccessResult,
  QueryOptions,
  QueryPersister,
  QueryState,
  QueryStatus,
  RefetchOptions,
  RefetchQueryFilters,
  Register,
  ResetOptions,
  ResultOptions,
  SetDataOptions,
  SkipToken,
  StaleTime,
  StaleTimeFunction,
  ThrowOnError,
  TimeoutCallback,
  TimeoutManager,
  TimeoutProvider,
  UnsetMarker,
  Updater,
  WithRequired,
} from 'whippet/query'

// Applications augment `Register` under either name.
declare module 'whippet/query' {
  interface Register {
    defaultError: { code: number }
  }
}
declare module '@tanstack/query-core' {
  interface Register {
    defaultError: { code: number }
  }
}
same<Same<W.DefaultError, { code: number }>>()
same<Same<Q.DefaultError, W.DefaultError>>()
