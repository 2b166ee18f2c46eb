// Dehydration makes plain data of a client's caches, for a server to send or a page to persist; hydration restores them.
import { MutationInterruptedError } from './errors.js'
import { noop } from './utils.js'
import type { InternalMutation, InternalQueryClient } from './internal.js'
import type {
  DehydrateOptions,
  HydrateOptions,
  Mutation,
  MutationKey,
  MutationMeta,
  MutationScope,
  MutationState,
  Query,
  QueryClient,
  QueryKey,
  QueryMeta,
  QueryOptions,
  QueryState,
} from './types.js'

type TransformerFn = (data: any) => any

/** One mutation as plain data. */
export interface DehydratedMutation {
  /** Its key, where it has one. */
  mutationKey?: MutationKey
  /** How far it was, and its variables. */
  state: MutationState
  /** What its options say of it. */
  meta?: MutationMeta
  /** Mutations of one scope run one after another. */
  scope?: MutationScope
}

/** One query as plain data. */
export interface DehydratedQuery {
  /** The hash of its key. */
  queryHash: string
  /** Its key. */
  queryKey: QueryKey
  /** Its data, its error, and when they came. */
  state: QueryState
  /** When it was dehydrated, in ms since 1970: data of a promise counts from then. */
  dehydratedAt: number
  /** The data that was on its way, where the framework can send promises. */
  promise?: Promise<unknown>
  /** What its options say of it. */
  meta?: QueryMeta
  /** Missing for a query without pages. */
  queryType?: 'infinite'
}

/** The caches of a client as plain data. */
export interface DehydratedState {
  /** The selected mutations, in the order of their creation. */
  mutations: DehydratedMutation[]
  /** The selected queries, in the order of their creation. */
  queries: DehydratedQuery[]
}

/** By default, paused mutations are dehydrated. */
export function defaultShouldDehydrateMutation(mutation: Mutation): boolean {
  return mutation.state.isPaused
}

/** By default, queries with data are dehydrated. */
export function defaultShouldDehydrateQuery(query: Query): boolean {
  return query.state.status === 'success'
}

/** One query as plain data. A pending query carries its promise. */
export function dehydrateQuery(
  query: Query,
  serializeData?: TransformerFn,
  shouldRedactErrors?: (error: unknown) => boolean,
): DehydratedQuery {
  const { state, queryKey, queryHash, meta, queryType } = query
  return {
    dehydratedAt: Date.now(),
    state: { ...state, data: transformed(state.data, serializeData) },
    queryKey,
    queryHash,
    ...(state.status === 'pending' && { promise: dehydratePromise(query, serializeData, shouldRedactErrors) }),
    ...(meta && { meta }),
    ...(queryType && { queryType }),
  }
}

function transformed(data: unknown, transformer?: TransformerFn): any {
  return data === undefined || !transformer ? data : transformer(data)
}

function dehydratePromise(
  query: Query,
  serializeData?: TransformerFn,
  shouldRedactErrors?: (error: unknown) => boolean,
): Promise<unknown> | undefined {
  const promise = query.promise?.then(serializeData).catch((error) => {
    if (shouldRedactErrors?.(error) === false) return Promise.reject(error)
    try {
      if (process.env.NODE_ENV !== 'production') {
        console.error(
          `A query that was dehydrated as pending ended up rejecting. [${query.queryHash}]: ${error}; ` +
            'The error will be redacted in production builds',
        )
      }
    } catch {}
    return Promise.reject(new Error('redacted'))
  })
  promise?.catch(noop)
  return promise
}

/** The caches of a client as plain data. */
export function dehydrate(client: QueryClient, options: DehydrateOptions = {}): DehydratedState {
  const defaults = client.getDefaultOptions().dehydrate
  const option = <T extends keyof DehydrateOptions>(name: T): DehydrateOptions[T] => options[name] ?? defaults?.[name]
  const shouldDehydrateMutation = option('shouldDehydrateMutation') ?? defaultShouldDehydrateMutation
  const shouldDehydrateQuery = option('shouldDehydrateQuery') ?? defaultShouldDehydrateQuery
  return {
    mutations: client
      .getMutationCache()
      .getAll()
      .filter((mutation) => shouldDehydrateMutation(mutation))
      .map(({ options: { mutationKey, scope }, state, meta }) => ({
        mutationKey,
        state,
        ...(scope && { scope }),
        ...(meta && { meta }),
      })),
    queries: client
      .getQueryCache()
      .getAll()
      .filter((query) => shouldDehydrateQuery(query))
      .map((query) => dehydrateQuery(query, option('serializeData'), option('shouldRedactErrors'))),
  }
}

/** Restores dehydrated state into a client's caches. Data there that is newer stays. */
export function hydrate(client: QueryClient, dehydratedState: Partial<DehydratedState>, options?: HydrateOptions): void {
  const defaults = client.getDefaultOptions().hydrate
  const own = options?.defaultOptions
  const deserialize = own?.deserializeData ?? defaults?.deserializeData

  const resumesInterrupted = (own?.interruptedMutations ?? defaults?.interruptedMutations) === 'resume'
  const interruptedMutations: InternalMutation[] = []
  dehydratedState?.mutations?.forEach(({ state, ...mutationOptions }) => {
    const interrupted = state.status === 'pending' && !state.isPaused
    const mutation = (client as InternalQueryClient)
      .getMutationCache()
      .build(
        client,
        { ...defaults?.mutations, ...own?.mutations, ...mutationOptions },
        interrupted && resumesInterrupted ? { ...state, isPaused: true } : state,
      )
    if (interrupted && !resumesInterrupted) interruptedMutations.push(mutation)
  })
  // After all are built: failing one lets the next of its scope run.
  interruptedMutations.forEach((mutation) => void mutation.interrupt(new MutationInterruptedError(mutation.options.mutationKey)))
  dehydratedState?.queries?.forEach((dehydrated) => {
    hydrateQuery(client, dehydrated, { ...defaults?.queries, ...own?.queries }, deserialize)
  })
}

function hydrateQuery(
  client: QueryClient,
  { queryKey, state, queryHash, meta, promise, dehydratedAt, queryType }: DehydratedQuery,
  options: QueryOptions,
  deserialize: TransformerFn | undefined,
): void {
  const cache = (client as InternalQueryClient).getQueryCache()
  const known = promise && resolvedValue(promise)
  const data = transformed(state.data !== undefined ? state.data : known?.data, deserialize)
  // The query was pending when it was dehydrated, and its promise has resolved since.
  const arrived = state.status === 'pending' && data !== undefined
  const success = arrived && { status: 'success' as const, dataUpdatedAt: dehydratedAt }

  let query = cache.get(queryHash)
  const wasPending = query?.state.status === 'pending'
  const wasFetching = query?.state.fetchStatus === 'fetching'
  if (!query) {
    query = cache.build(
      client,
      { ...options, queryKey, queryHash, meta, _type: queryType },
      {
        ...state,
        data,
        fetchStatus: 'idle',
        ...success,
      },
    )
  } else if (state.dataUpdatedAt > query.state.dataUpdatedAt || (known && dehydratedAt > query.state.dataUpdatedAt)) {
    // Whether the query was fetching where it was dehydrated does not matter here.
    const { fetchStatus: _, ...rest } = state
    query.setState({
      ...rest,
      data,
      ...success,
      ...(arrived && !wasFetching && { fetchStatus: 'idle' as const }),
    })
  }

  // A component is about to render it.
  cache.engine.expectObserver(query.id)

  if (promise && !known && !wasPending && !wasFetching && dehydratedAt > query.state.dataUpdatedAt) {
    // The promise takes the place of the first attempt; the query function is not called.
    query.fetch(undefined, { initialPromise: Promise.resolve(promise).then(deserialize) }).catch(noop)
  }
}

/** The value of a promise that calls back synchronously, as promises of streaming frameworks may. */
function resolvedValue(promise: PromiseLike<unknown>): { data: unknown } | undefined {
  let data: unknown
  const then = promise.then((value) => {
    data = value
    return value
  }, noop) as Promise<unknown> | undefined
  then?.catch?.(noop)
  return data === undefined ? undefined : { data }
}
