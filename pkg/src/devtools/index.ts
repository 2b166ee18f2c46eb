// `whippet/devtools`: a panel that shows what a client's queries do. In production nothing of it is left.
import { mount } from './mount.js'
import { nothing } from './nothing.js'
import type { Devtools, DevtoolsOptions, QueryClientLike } from './types.js'

/**
 * Adds the devtools to the page. In production, where a bundler replaces `process.env.NODE_ENV` by `'production'`, it does
 * nothing, and the panel is not in the bundle. In a page without a bundler, use `whippet/devtools/production`.
 */
export function mountDevtools(client: QueryClientLike, options?: DevtoolsOptions): Devtools {
  try {
    if (process.env.NODE_ENV !== 'production') return mount(client, options)
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
  }
  return nothing()
}

export type * from './public.js'
