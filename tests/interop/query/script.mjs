// Random scripts: the same seed gives the same script. They avoid what neither library promises: the order of two
// timers in the same millisecond, and of promises of different depth that settle in the same turn.
import { mustListen } from './differences.mjs'

/** Random numbers from a seed (mulberry32). */
export class Chance {
  #state
  constructor(seed) {
    this.#state = seed >>> 0
  }
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let t = this.#state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  below(n) {
    return Math.floor(this.next() * n)
  }
  is(probability) {
    return this.next() < probability
  }
  /** A random member of a list. Of nested lists, first a random list. */
  of(...choices) {
    return choices[this.below(choices.length)]
  }
}

const QUERIES = 5

// Odd times seldom coincide. The order of events in the same millisecond is not defined.
const fetches = (c) => {
  const does = c.of(
    'ok',
    'ok',
    'ok',
    'same',
    'same',
    'fail',
    'fail2',
    'flaky',
    'never',
    'throw',
    'undefined',
    'null',
    'failNothing',
  )
  return {
    ms: c.of(0, 0, 13, 97 + c.below(9), 1009, -1),
    does,
    ...(c.is(0.25) && { signal: true }),
    ...(c.is(0.1) && { fresh: true }),
  }
}

const OPTIONS = {
  enabled: (c) => c.of(true, false, false, '$whenData', '$unlessData', '$yes', '$no'),
  staleTime: (c) => c.of(0, 211, 1511, '$Infinity', 'static', '$stale700', '$staleByCount', '$static'),
  gcTime: (c) => c.of(0, 307, 5003, '$Infinity'),
  refetchOnMount: (c) => c.of(true, false, 'always', '$yes', '$no', '$always'),
  refetchOnWindowFocus: (c) => c.of(true, false, 'always', '$no', '$always'),
  refetchOnReconnect: (c) => c.of(true, false, 'always', '$yes'),
  refetchInterval: (c) => c.of(false, 0, 419, 1301, '$interval400', '$intervalUntil3', '$intervalWhenError'),
  refetchIntervalInBackground: (c) => c.is(0.5),
  select: (c) => c.of('$pick', '$pick!', '$wrap', '$wrap!', '$count', '$selectThrows', '$selectThrowsSometimes', '$toUndefined'),
  placeholderData: (c) => c.of('$keepPrevious', '$keepPrevious', '$placeholder', { value: 'given' }, '$placeholder!', '$none'),
  initialData: (c) => c.of({ value: 'first' }, '$initial', '$none', null),
  initialDataUpdatedAt: (c) => c.of(0, 1_799_999_999_000, '$initialUpdatedAt', '$none'),
  notifyOnChangeProps: (c) => c.of('all', ['data'], ['data', 'error'], ['isFetching'], [], '$dataOnly', '$everything'),
  retry: (c) => c.of(0, 1, 2, 7, false, '$retryTwice', '$never'),
  retryDelay: (c) => c.of(0, 37, 503, '$delayGrows'),
  retryOnMount: (c) => c.of(true, false, '$no'),
  networkMode: (c) => c.of('online', 'always', 'offlineFirst'),
  structuralSharing: (c) => c.of(true, false, '$shareLast', '$shareFirst'),
  throwOnError: (c) => c.is(0.5),
  meta: (c) => ({ by: c.below(3) }),
  suspense: (c) => c.is(0.5),
}

const FOR_FETCHING = ['staleTime', 'gcTime', 'retry', 'retryDelay', 'networkMode', 'initialData', 'structuralSharing', 'meta']
const FOR_ANYONE = Object.keys(OPTIONS)

function some(c, names, most) {
  const options = {}
  for (let i = c.below(most + 1); i > 0; i--) {
    const name = names[c.below(names.length)]
    options[name] = OPTIONS[name](c)
  }
  return options
}

function queryOptions(c, names, most) {
  const queryKey = c.below(QUERIES)
  const queryFn = c.is(0.9) ? { queryFn: c.is(0.03) ? 'skip' : fetches(c) } : {}
  return { queryKey, ...queryFn, ...some(c, names, most) }
}

function pageOptions(c) {
  const { select, initialData, placeholderData, structuralSharing, ...rest } = some(c, FOR_ANYONE, 3)
  const getNextPageParam = c.of('$nextUpTo4', '$nextUpTo4', '$nextByParams', '$nextNull')
  return {
    queryKey: QUERIES + c.below(2),
    queryFn: {
      ...fetches(c),
      does: c.of('pages', 'pages', 'ok', 'ok', 'fail', 'fail2', 'flaky'),
      ...(mustListen(getNextPageParam) && { signal: true }),
    },
    initialPageParam: c.of(0, 1),
    getNextPageParam,
    ...(c.is(0.5) && { getPreviousPageParam: c.of('$previousDownTo', '$nextNull') }),
    ...(c.is(0.3) && { maxPages: c.of(1, 2, 3) }),
    ...(c.is(0.2) && { pages: c.of(1, 2, 3) }),
    ...(c.is(0.2) && { select: c.of('$pick', '$wrap') }),
    ...rest,
  }
}

function filters(c) {
  const filter = {}
  if (c.is(0.7)) filter.key = c.of(c.below(QUERIES + 2), [], ['a'], ['a', { x: 1 }], ['i'], ['none'])
  if (c.is(0.25)) filter.exact = c.is(0.8)
  if (c.is(0.25)) filter.type = c.of('all', 'active', 'inactive')
  if (c.is(0.15)) filter.stale = c.is(0.5)
  if (c.is(0.1)) filter.fetchStatus = c.of('idle', 'fetching', 'paused')
  if (c.is(0.1)) filter.predicate = c.of('$isStale', '$hasObservers')
  return filter
}

const OBSERVERS = ['o1', 'o2', 'o3']
const PAGES = ['p1', 'p2']
const MUTATORS = ['m1', 'm2']

/** Options for up to three queries, which settle one after another. */
function list(c) {
  return Array.from({ length: c.below(4) }, (_, i) => {
    const { select, ...made } = queryOptions(c, FOR_ANYONE, 2)
    if (select && !select.startsWith('$selectThrows')) made.select = select
    return { ...made, queryFn: { ...fetches(c), ms: 11 + 40 * i, does: c.of('ok', 'same', 'fail', 'flaky', 'null') } }
  })
}

const combine = (c) => c.of(undefined, '$combineData', '$combineData!', '$combineStatus', '$combineCount')

function mutationOptions(c) {
  const callbacks = {}
  for (const name of ['onMutate', 'onSuccess', 'onError', 'onSettled']) {
    if (c.is(0.25)) callbacks[name] = c.of('ok', 'ok', 'wait', 'throw', 'reject')
  }
  return {
    ...(c.is(0.9) && {
      mutationFn: { ms: c.of(0, 101, 523), does: c.of('ok', 'ok', 'fail', 'fail2', 'never', 'throw', 'undefined') },
    }),
    ...(c.is(0.3) && { mutationKey: c.below(3) }),
    ...(c.is(0.4) && { scope: { id: c.of('s', 't') } }),
    ...(c.is(0.4) && { retry: c.of(0, 1, 3, 7, '$retryTwice') }),
    ...(c.is(0.4) && { retryDelay: c.of(0, 61, '$delayGrows') }),
    ...(c.is(0.3) && { networkMode: c.of('online', 'always', 'offlineFirst') }),
    ...(c.is(0.3) && { gcTime: c.of(97, 601, '$Infinity') }),
    ...callbacks,
  }
}

const STEPS = {
  wait: [14, (c) => ['wait', c.of(0, 1, 5, 17, 120, 450, 1103, 2311, 7013, 40_009)]],
  fetch: [
    5,
    (c) => [
      'client',
      c.of('fetchQuery', 'prefetchQuery', 'ensureQueryData'),
      { ...queryOptions(c, FOR_FETCHING, 2), ...(c.is(0.2) && { revalidateIfStale: true }) },
    ],
  ],
  query: [2, (c) => ['client', 'query', queryOptions(c, [...FOR_FETCHING, 'select', 'enabled'], 2)]],
  fetchPages: [
    1,
    (c) => [
      'client',
      c.of('fetchInfiniteQuery', 'prefetchInfiniteQuery', 'ensureInfiniteQueryData', 'infiniteQuery'),
      pageOptions(c),
    ],
  ],
  get: [1, (c) => ['get', c.below(QUERIES)]],
  set: [
    4,
    (c) => [
      'set',
      c.below(QUERIES),
      c.of({ value: 'set' }, { value: c.below(3) }, '$increment', '$copy', '$none', 0, 'text', null),
      c.of(undefined, undefined, { updatedAt: 1_799_999_998_000 }),
    ],
  ],
  setMany: [1, (c) => ['setMany', filters(c), c.of('$increment', '$copy', { value: 'many' })]],
  getMany: [0.5, (c) => ['getMany', filters(c)]],
  count: [0.5, (c) => ['count', filters(c)]],
  invalidate: [
    4,
    (c) => [
      'queries',
      'invalidateQueries',
      { ...filters(c), ...(c.is(0.3) && { refetchType: c.of('none', 'all', 'active', 'inactive') }) },
      c.of(undefined, { cancelRefetch: false }, { throwOnError: true }),
    ],
  ],
  refetch: [
    3,
    (c) => ['queries', 'refetchQueries', filters(c), c.of(undefined, { cancelRefetch: false }, { throwOnError: true })],
  ],
  reset: [2, (c) => ['queries', 'resetQueries', filters(c), c.of(undefined, { throwOnError: true })]],
  cancel: [
    3,
    (c) => [
      'queries',
      'cancelQueries',
      filters(c),
      c.of(undefined, undefined, { revert: false }, { silent: true }, { silent: true, revert: false }),
    ],
  ],
  remove: [2, (c) => ['queries', 'removeQueries', filters(c)]],
  observe: [7, (c) => ['observe', c.of(...OBSERVERS), queryOptions(c, FOR_ANYONE, 4)]],
  observePages: [3, (c) => ['observe', c.of(...PAGES), pageOptions(c), true]],
  subscribe: [12, (c) => ['subscribe', c.of(...OBSERVERS, ...OBSERVERS, ...PAGES, ...MUTATORS, 'q1')]],
  unsubscribe: [5, (c) => ['unsubscribe', c.of(...OBSERVERS, ...OBSERVERS, ...PAGES, ...MUTATORS, 'q1')]],
  options: [6, (c) => ['options', c.of(...OBSERVERS), queryOptions(c, FOR_ANYONE, 4)]],
  optionsPages: [1, (c) => ['options', c.of(...PAGES), pageOptions(c)]],
  optimistic: [
    3,
    (c) => ['optimistic', c.of(...OBSERVERS), queryOptions(c, FOR_ANYONE, 3), c.of('optimistic', 'optimistic', 'isRestoring')],
  ],
  track: [1, (c) => ['track', c.of(...OBSERVERS), c.of(['data'], ['status', 'isFetching'], ['error'])]],
  refetchOne: [
    3,
    (c) => [
      'observer',
      c.of(...OBSERVERS, ...PAGES),
      'refetch',
      c.of(undefined, { cancelRefetch: false }, { throwOnError: true }),
    ],
  ],
  fetchOptimistic: [1, (c) => ['observerFetchOptimistic', c.of(...OBSERVERS), queryOptions(c, FOR_ANYONE, 2)]],
  turnPage: [
    6,
    (c) => [
      'observer',
      c.of(...PAGES),
      c.of('fetchNextPage', 'fetchNextPage', 'fetchPreviousPage'),
      c.of(undefined, undefined, { cancelRefetch: false }, { throwOnError: true }),
    ],
  ],
  observeMany: [2, (c) => ['observeMany', 'q1', list(c), combine(c)]],
  setQueries: [3, (c) => ['setQueries', 'q1', list(c), combine(c)]],
  optimisticMany: [1, (c) => ['optimisticMany', 'q1', list(c), combine(c)]],
  mutator: [2, (c) => ['mutator', c.of(...MUTATORS), mutationOptions(c)]],
  mutate: [
    5,
    (c) => [
      'mutate',
      c.of(...MUTATORS),
      c.below(10),
      c.of(undefined, undefined, { onSuccess: 'ok', onSettled: 'ok' }, { onError: 'throw' }, { onSuccess: 'throw' }),
    ],
  ],
  mutatorOptions: [1, (c) => ['options', c.of(...MUTATORS), mutationOptions(c)]],
  mutatorReset: [1, (c) => ['observer', c.of(...MUTATORS), 'reset']],
  resume: [1, () => ['resumeMutations']],
  removeMutations: [0.3, () => ['removeMutations']],
  online: [5, (c) => ['online', c.is(0.6)]],
  focus: [5, (c) => ['focus', c.is(0.6)]],
  defaults: [0.7, (c) => ['defaults', some(c, FOR_ANYONE, 2)]],
  queryDefaults: [0.7, (c) => ['queryDefaults', c.below(QUERIES), some(c, FOR_ANYONE, 2)]],
  rehydrate: [
    1.5,
    (c) => [
      'rehydrate',
      c.is(0.5),
      c.of(
        {},
        { shouldDehydrateQuery: '$all' },
        { shouldDehydrateQuery: '$all', serializeData: '$serialize' },
        { shouldDehydrateMutation: '$all' },
      ),
      c.of({}, { deserializeData: '$deserialize' }),
    ],
  ],
  mount: [0.5, () => ['mount']],
  unmount: [0.3, () => ['unmount']],
  ofQuery: [
    1,
    (c) => [
      'query',
      c.below(QUERIES + 2),
      ...c.of(
        ['fetch'],
        ['invalidate'],
        ['cancel'],
        ['cancel', { revert: true }],
        ['setState', { isInvalidated: true }],
        ['setData', { value: 'direct' }, { manual: true }],
      ),
    ],
  ],
}

const total = Object.values(STEPS).reduce((sum, [weight]) => sum + weight, 0)

/** A script of about `length` steps. */
export function scriptOf(seed, length = 24) {
  const c = new Chance(seed)
  const script = [['mount']]
  for (let i = 5 + c.below(length); i > 0; i--) {
    let at = c.next() * total
    const [, make] = Object.values(STEPS).find(([weight]) => (at -= weight) < 0)
    script.push(make(c))
  }
  return script
}
