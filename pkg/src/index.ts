// `whippet`: every subpath in one import. What a page does not use, its bundler leaves out. Figures are
// called `stats` in each subpath; here they bear its name.
export {
  HttpError,
  jsonLines,
  jsonQuery,
  parseJson,
  parseJsonSync,
  setJsonBudget,
  stats as jsonStats,
  type BodyFigures,
  type JsonBody,
  type JsonBudget,
  type JsonInput,
  type JsonLinesOptions,
  type JsonQueryContext,
  type JsonStats,
  type ParsedJson,
} from './json/index.js'
export * from './lazy/index.js'
export * from './query/index.js'
export * from './rum/index.js'
export {
  batch,
  debounce,
  debounceAsync,
  memoize,
  QueueFullError,
  rateLimit,
  retry,
  stats as timingStats,
  throttle,
  throttleAsync,
  type Abortable,
  type Attempt,
  type Batched,
  type BatchOptions,
  type DebounceOptions,
  type Memoized,
  type MemoizeOptions,
  type MemoizeStats,
  type Paced,
  type PacedAsync,
  type RateLimited,
  type RateLimitOptions,
  type RetryPolicy,
  type ThrottleOptions,
  type TimingStats,
} from './timing/index.js'
