// The table of `cargo xtask size`, in bytes of minified code after brotli. Its budgets stand in budgets.json.
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
    floor: 3_500,
    after: 2_000,
    peers: { 'lodash-es': from('lodash-es', 'debounce') },
  },
  { name: 'whippet/timing', code: all('whippet/timing'), floor: 7_500, after: 5_000 },
  {
    name: 'QueryClient + QueryObserver',
    code: from('whippet/query', 'QueryClient', 'QueryObserver'),
    floor: 17_000,
    after: 12_000,
    peers: { 'query-core': from('@tanstack/query-core', 'QueryClient', 'QueryObserver') },
  },
  {
    name: 'whippet/query',
    code: all('whippet/query'),
    floor: 21_000,
    after: 16_000,
    peers: { 'query-core': all('@tanstack/query-core') },
  },
  {
    name: 'lazy',
    code: from('whippet/lazy', 'lazy'),
    floor: 7_000,
    after: 4_500,
    peers: {
      'vanilla-lazyload': `export { default } from 'vanilla-lazyload'`,
      lozad: `export { default } from 'lozad'`,
    },
  },
  { name: 'whippet/lazy', code: all('whippet/lazy') },
  // Reading bytes is compiled for speed, with SIMD.
  { name: 'jsonQuery', code: from('whippet/json', 'jsonQuery'), floor: 13_000, after: 9_000 },
  { name: 'whippet/json', code: all('whippet/json') },
  { name: 'jsonQuery of whippet/json/delta', code: from('whippet/json/delta', 'jsonQuery') },
  {
    name: 'three vitals',
    code: from('whippet/rum', ...vitals.slice(0, 3)),
    floor: 3_200,
    after: 2_800,
    peers: { 'web-vitals': from('web-vitals', ...vitals.slice(0, 3)) },
  },
  {
    name: 'five vitals',
    code: from('whippet/rum', ...vitals),
    floor: 3_400,
    after: 3_000,
    peers: { 'web-vitals': from('web-vitals', ...vitals) },
  },
  {
    name: 'whippet/rum/attribution',
    code: all('whippet/rum/attribution'),
    peers: { 'web-vitals/attribution': all('web-vitals/attribution') },
  },
  {
    name: 'startRum',
    code: from('whippet/rum', 'startRum'),
    floor: 12_000,
    after: 8_000,
    peers: { 'Faro web-sdk': from('@grafana/faro-web-sdk', 'initializeFaro', 'getWebInstrumentations') },
  },
  // What a page pays for the format, which nobody uses alone.
  { name: 'startRum with otlp', code: from('whippet/rum', 'startRum') + from('whippet/rum/otlp', 'otlp') },
  // One page that uses all subpaths: QueryClient, QueryObserver, debounce, throttle, lazy, jsonQuery, startRum.
  {
    name: 'those seven together',
    code: seven,
    floor: 50_000,
    after: 35_000,
    peers: { 'the peers’ sum': peersOfSeven },
  },
  { name: 'whippet', code: all('whippet') },
]
