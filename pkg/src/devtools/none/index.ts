// `whippet/devtools` as CommonJS: Jest and old servers, which show no panel and need not load it.
import { nothing } from '../nothing.js'
import type { Devtools, DevtoolsOptions, QueryClientLike } from '../types.js'

export function mountDevtools(_client: QueryClientLike, _options?: DevtoolsOptions): Devtools {
  return nothing()
}
