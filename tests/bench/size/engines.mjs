// Which exports need an engine, and so may bring a wasm module with them. All others are helpers: imported alone, they must
// not. A missing `/* @__PURE__ */` breaks that at once.
export const needEngine = {
  devtools: [],
  'devtools/production': [],
  json: ['jsonQuery', 'parseJson', 'parseJsonSync', 'setJsonBudget', 'stats'],
  'json/delta': ['jsonQuery'],
  lazy: ['lazy', 'showThumbhash', 'thumbhashToDataURL'],
  query: [
    'InfiniteQueryObserver',
    'Mutation',
    'MutationCache',
    'MutationObserver',
    'QueriesObserver',
    'Query',
    'QueryCache',
    'QueryClient',
    'QueryObserver',
    'recordSession',
  ],
  rum: ['onCLS', 'onFCP', 'onINP', 'onLCP', 'onTTFB', 'startRum'],
  'rum/attribution': ['onCLS', 'onFCP', 'onINP', 'onLCP', 'onTTFB'],
  'rum/otlp': [],
  server: [],
  timing: ['batch', 'debounce', 'debounceAsync', 'memoize', 'rateLimit', 'retry', 'stats', 'throttle', 'throttleAsync'],
}

/** All exports of a subpath that are values, by name. */
export const exportsOf = async (subpath) => Object.keys(await import(`whippet/${subpath}`)).sort()

/** Those that need no engine. */
export const helpersOf = async (subpath) => (await exportsOf(subpath)).filter((name) => !needEngine[subpath].includes(name))

/** A module that has one export alone. */
export const alone = (subpath, name) => `export { ${name} } from 'whippet/${subpath}'`
