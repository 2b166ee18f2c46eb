// `whippet`: every subpath in one import. What a page does not use, its bundler leaves out. Figures are
// called `stats` in each subpath; here they bear its name.
export {
  HttpError,
  jsonQuery,
  setJsonBudget,
  stats as jsonStats,
  type JsonBudget,
  type JsonInput,
  type JsonQueryContext,
  type JsonStats,
} from './json/index.js'
export * from './lazy/index.js'
export * from './query/index.js'
export * from './rum/index.js'
export {
  debounce,
  stats as timingStats,
  throttle,
  type DebounceOptions,
  type Paced,
  type ThrottleOptions,
  type TimingStats,
} from './timing/index.js'
