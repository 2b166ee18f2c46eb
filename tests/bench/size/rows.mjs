// The table of `cargo xtask size`, in bytes of minified code after brotli.
//   budget   what may not be exceeded: the floor where it is reached, otherwise today's size. A change that needs more says
//            why, here
//   floor    the next goal
//   after    the goal after that
//   peers    what the same costs elsewhere, measured in the same run

const from = (module, ...names) => `export { ${names.join(', ')} } from '${module}'\n`
const all = (module) => `export * from '${module}'\n`

const seven =
  from('whippet/query', 'QueryClient', 'QueryObserver') +
  from('whippet/timing', 'debounce', 'throttle') +
  from('whippet/lazy', 'lazy') +
  from('whippet/json', 'jsonQuery') +
  from('whippet/rum', 'startRum')
const peersOfSeven =
  from('@tanstack/query-core', 'QueryClient', 'QueryObserver') +
  from('lodash-es', 'debounce', 'throttle') +
  `export { default as LazyLoad } from 'vanilla-lazyload'\n` +
  from('@grafana/faro-web-sdk', 'initializeFaro', 'getWebInstrumentations')

const vitals = ['onCLS', 'onINP', 'onLCP', 'onFCP', 'onTTFB']

export const rows = [
  {
    name: 'debounce',
    code: from('whippet/timing', 'debounce'),
    budget: 10_300,
    floor: 3_500,
    after: 2_000,
    peers: { 'lodash-es': from('lodash-es', 'debounce') },
  },
  { name: 'whippet/timing', code: all('whippet/timing'), budget: 14_000, floor: 7_500, after: 5_000 },
  {
    name: 'QueryClient + QueryObserver',
    code: from('whippet/query', 'QueryClient', 'QueryObserver'),
    budget: 33_300,
    floor: 17_000,
    after: 12_000,
    peers: { 'query-core': from('@tanstack/query-core', 'QueryClient', 'QueryObserver') },
  },
  {
    name: 'whippet/query',
    code: all('whippet/query'),
    budget: 36_300,
    floor: 21_000,
    after: 16_000,
    peers: { 'query-core': all('@tanstack/query-core') },
  },
  {
    name: 'lazy',
    code: from('whippet/lazy', 'lazy'),
    budget: 14_300,
    floor: 7_000,
    after: 4_500,
    peers: {
      'vanilla-lazyload': `export { default } from 'vanilla-lazyload'`,
      lozad: `export { default } from 'lozad'`,
    },
  },
  { name: 'whippet/lazy', code: all('whippet/lazy'), budget: 15_100 },
  // Reading bytes is compiled for speed, with SIMD.
  { name: 'jsonQuery', code: from('whippet/json', 'jsonQuery'), budget: 24_500, floor: 13_000, after: 9_000 },
  { name: 'whippet/json', code: all('whippet/json'), budget: 25_200 },
  {
    name: 'three vitals',
    code: from('whippet/rum', ...vitals.slice(0, 3)),
    budget: 4_800,
    floor: 3_200,
    after: 2_800,
    peers: { 'web-vitals': from('web-vitals', ...vitals.slice(0, 3)) },
  },
  {
    name: 'five vitals',
    code: from('whippet/rum', ...vitals),
    budget: 4_900,
    floor: 3_400,
    after: 3_000,
    peers: { 'web-vitals': from('web-vitals', ...vitals) },
  },
  {
    name: 'whippet/rum/attribution',
    code: all('whippet/rum/attribution'),
    budget: 7_400,
    peers: { 'web-vitals/attribution': all('web-vitals/attribution') },
  },
  {
    name: 'startRum',
    code: from('whippet/rum', 'startRum'),
    budget: 20_000,
    floor: 12_000,
    after: 8_000,
    peers: { 'Faro web-sdk': from('@grafana/faro-web-sdk', 'initializeFaro', 'getWebInstrumentations') },
  },
  // One page that uses all subpaths: QueryClient, QueryObserver, debounce, throttle, lazy, jsonQuery, startRum.
  {
    name: 'those seven together',
    code: seven,
    budget: 92_500,
    floor: 50_000,
    after: 35_000,
    peers: { 'the peers’ sum': peersOfSeven },
  },
  { name: 'whippet', code: all('whippet'), budget: 100_900 },
]

/** The budget of an export that needs no engine, alone. */
const HELPER_BUDGET = 1_500
/** Of those that are more than a helper, or not yet as small. */
const helperBudgets = {
  'json: jsonLines': 1_700,
  'query: MutationInterruptedError': 1_900,
  'query: experimental_streamedQuery': 1_600,
  'query: hashKey': 1_750,
  'query: hydrate': 2_400,
  'query: matchMutation': 2_050,
  'query: matchQuery': 2_150,
  'query: partialMatchKey': 2_000,
  'query: replaceEqualDeep': 2_050,
  'rum/otlp: otlp': 2_400,
}

export const helperBudget = (subpath, name) => helperBudgets[`${subpath}: ${name}`] ?? HELPER_BUDGET
