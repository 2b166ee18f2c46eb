// The types that both entries export.
export type {
  Devtools,
  DevtoolsButtonPosition,
  DevtoolsElement,
  DevtoolsOptions,
  DevtoolsPosition,
  QueryClientLike,
} from './types.js'
