// What mutations are given, and what their observers see.
import type { MutationState } from '../mutation.js'
import type { QueryClient } from '../queryClient.js'
import type { RetryDelayValue, RetryValue } from '../retryer.js'
import type { DefaultError, MutationKey, MutationMeta } from './keys.js'
import type { NetworkMode } from './options.js'

/** Not begun, running or waiting, done, or failed. */
export type MutationStatus = 'idle' | 'pending' | 'success' | 'error'
/** Mutations of one scope run one after the other. */
export type MutationScope = {
  /** Its name. */
  id: string
}

/** What mutation functions and callbacks are given. */
export type MutationFunctionContext = {
  /** The client that the mutation is of. */
  client: QueryClient
  /** The option `meta` of the mutation. */
  meta: MutationMeta | undefined
  /** The key of the mutation, where it has one. */
  mutationKey?: MutationKey
}
/** Changes something, by what it is given; the promise rejects where it fails. */
export type MutationFunction<TData = unknown, TVariables = unknown> = (
  variables: TVariables,
  context: MutationFunctionContext,
) => Promise<TData>

/** How a mutation runs, and whom it calls. */
export interface MutationOptions<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> {
  /** What runs; without it, and without a default, the mutation fails. */
  mutationFn?: MutationFunction<TData, TVariables>
  /** What the mutation is found by, and its defaults. None by default. */
  mutationKey?: MutationKey
  /** Before the function: the place to write what is expected. What it returns the other callbacks are given. */
  onMutate?: (
    variables: TVariables,
    context: MutationFunctionContext,
  ) => Promise<TOnMutateResult> | TOnMutateResult
  /** When it succeeded; awaited. What it throws makes the mutation fail. */
  onSuccess?: (
    data: TData,
    variables: TVariables,
    onMutateResult: TOnMutateResult,
    context: MutationFunctionContext,
  ) => Promise<unknown> | unknown
  /** When it failed for good: the place to write back what was there before; awaited. */
  onError?: (
    error: TError,
    variables: TVariables,
    onMutateResult: TOnMutateResult | undefined,
    context: MutationFunctionContext,
  ) => Promise<unknown> | unknown
  /** After either, with what there is of data and error; awaited. */
  onSettled?: (
    data: TData | undefined,
    error: TError | null,
    variables: TVariables,
    onMutateResult: TOnMutateResult | undefined,
    context: MutationFunctionContext,
  ) => Promise<unknown> | unknown
  /**
   * How often a failure is repeated: a number, `true` for ever, `false` never, or a function of how many attempts
   * failed before this one and of the error. Never, by default.
   */
  retry?: RetryValue<TError>
  /**
   * How long before each repetition, in ms, or a function that gives it; by default a second, doubled each time, up to
   * thirty.
   */
  retryDelay?: RetryDelayValue<TError>
  /** Up to this part of each delay is added to it, by chance; `true` is a half. None by default. */
  retryJitter?: boolean | number
  /**
   * What needs the network: `'online'`, each attempt, which waits for it; `'offlineFirst'`, only repetitions;
   * `'always'`, nothing. `'online'` by default.
   */
  networkMode?: NetworkMode
  /** How long the mutation is kept once it is over and nobody looks at it, in ms; five minutes by default. */
  gcTime?: number
  /** Whether all defaults are in the options already; for adapters. */
  _defaulted?: boolean
  /** Whatever else is to be known of the mutation: its function and all callbacks see it. */
  meta?: MutationMeta
  /** Mutations of one scope run one after the other. None by default: it runs beside all others. */
  scope?: MutationScope
}

/** How an observer makes mutations. */
export interface MutationObserverOptions<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> extends MutationOptions<TData, TError, TVariables, TOnMutateResult> {
  /**
   * Whether an error is thrown to the nearest error boundary, or a function of the error that says so. `false` by
   * default.
   */
  throwOnError?: boolean | ((error: TError) => boolean)
}

/** Callbacks of one call of `mutate`, which run while somebody listens. */
export interface MutateOptions<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> {
  /** When this call succeeded, after the mutation's own `onSuccess`. */
  onSuccess?: (
    data: TData,
    variables: TVariables,
    onMutateResult: TOnMutateResult | undefined,
    context: MutationFunctionContext,
  ) => void
  /** When this call failed for good, after the mutation's own `onError`. */
  onError?: (
    error: TError,
    variables: TVariables,
    onMutateResult: TOnMutateResult | undefined,
    context: MutationFunctionContext,
  ) => void
  /** After either. */
  onSettled?: (
    data: TData | undefined,
    error: TError | null,
    variables: TVariables,
    onMutateResult: TOnMutateResult | undefined,
    context: MutationFunctionContext,
  ) => void
}
/** The arguments of `mutate`: the variables may be left out where they may be undefined. */
export type MutateFunctionRest<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> = undefined extends TVariables
  ? [variables?: TVariables, options?: MutateOptions<TData, TError, TVariables, TOnMutateResult>]
  : [variables: TVariables, options?: MutateOptions<TData, TError, TVariables, TOnMutateResult>]
/** Runs a mutation; the promise gives its data, or rejects. */
export type MutateFunction<TData = unknown, TError = DefaultError, TVariables = void, TOnMutateResult = unknown> = (
  ...rest: MutateFunctionRest<TData, TError, TVariables, TOnMutateResult>
) => Promise<TData>

/** What an observer sees of its last mutation. */
export interface MutationObserverBaseResult<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> extends MutationState<TData, TError, TVariables, TOnMutateResult> {
  /** It failed: `status` is `'error'`. */
  isError: boolean
  /** None was made yet, or it was reset: `status` is `'idle'`. */
  isIdle: boolean
  /** It runs or waits: `status` is `'pending'`. */
  isPending: boolean
  /** It succeeded: `status` is `'success'`. */
  isSuccess: boolean
  /** Runs another mutation. */
  mutate: MutateFunction<TData, TError, TVariables, TOnMutateResult>
  /** Looks away, as if none had been made. */
  reset: () => void
}

// What each kind of result says for certain.
interface Idle {
  data: undefined
  variables: undefined
  error: null
  isError: false
  isIdle: true
  isPending: false
  isSuccess: false
  status: 'idle'
}
interface Loading<TVariables> {
  data: undefined
  variables: TVariables
  error: null
  isError: false
  isIdle: false
  isPending: true
  isSuccess: false
  status: 'pending'
}
interface Failed<TError, TVariables> {
  data: undefined
  error: TError
  variables: TVariables
  isError: true
  isIdle: false
  isPending: false
  isSuccess: false
  status: 'error'
}
interface Success<TData, TVariables> {
  data: TData
  error: null
  variables: TVariables
  isError: false
  isIdle: false
  isPending: false
  isSuccess: true
  status: 'success'
}
/** A result of which some is known for certain. Made member by member, so that each keeps its comment. */
type Base<TData, TError, TVariables, TOnMutateResult, TKnown> = {
  [TName in keyof MutationObserverBaseResult<TData, TError, TVariables, TOnMutateResult>]: TName extends keyof TKnown
    ? TKnown[TName]
    : MutationObserverBaseResult<TData, TError, TVariables, TOnMutateResult>[TName]
}

/** None was made yet. */
export interface MutationObserverIdleResult<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> extends Base<TData, TError, TVariables, TOnMutateResult, Idle> {}
/** It runs or waits. */
export interface MutationObserverLoadingResult<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> extends Base<TData, TError, TVariables, TOnMutateResult, Loading<TVariables>> {}
/** It failed. */
export interface MutationObserverErrorResult<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> extends Base<TData, TError, TVariables, TOnMutateResult, Failed<TError, TVariables>> {}
/** It succeeded. */
export interface MutationObserverSuccessResult<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> extends Base<TData, TError, TVariables, TOnMutateResult, Success<TData, TVariables>> {}
/** What an observer sees of its last mutation: `status` tells which kind it is. */
export type MutationObserverResult<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> =
  | MutationObserverIdleResult<TData, TError, TVariables, TOnMutateResult>
  | MutationObserverLoadingResult<TData, TError, TVariables, TOnMutateResult>
  | MutationObserverErrorResult<TData, TError, TVariables, TOnMutateResult>
  | MutationObserverSuccessResult<TData, TError, TVariables, TOnMutateResult>
