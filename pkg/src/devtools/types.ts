import type { Source } from './source.js'

/** A client of `whippet/query` or of `@tanstack/query-core`, whose types are not each other's. */
export interface QueryClientLike {
  /** The cache of queries. */
  getQueryCache(): any
  /** The cache of mutations. */
  getMutationCache(): any
  /** Fetches the queries that match. */
  refetchQueries(filters: any): Promise<unknown>
  /** Invalidates the queries that match. */
  invalidateQueries(filters: any): Promise<unknown>
  /** Resets the queries that match. */
  resetQueries(filters: any): Promise<unknown>
  /** Cancels the fetches of queries that match. */
  cancelQueries(filters: any): Promise<unknown>
  /** Removes the queries that match. */
  removeQueries(filters: any): void
}

/** Where the panel is. */
export type DevtoolsPosition = 'bottom' | 'top' | 'left' | 'right'
/** Where the button is that opens it. */
export type DevtoolsButtonPosition = 'bottom-right' | 'bottom-left' | 'top-right' | 'top-left'

/** How the devtools begin. */
export interface DevtoolsOptions {
  /** Whether the panel is open at once. `false` by default. */
  initialIsOpen?: boolean
  /** Where the panel is. `'bottom'` by default. */
  position?: DevtoolsPosition
  /** Where the button is. `'bottom-right'` by default. */
  buttonPosition?: DevtoolsButtonPosition
  /** What the element is appended to. The page's `body` by default. */
  parent?: Element | ShadowRoot
}

/** `<whippet-devtools>`, with the attributes `open`, `position` and `button-position`. */
export interface DevtoolsElement extends HTMLElement {
  /** The client whose queries and mutations are shown. What happens is recorded from when it is set. */
  client: QueryClientLike | undefined
  /** What is shown instead of a client. */
  source: Source | undefined
  /** Whether the panel is open. */
  open: boolean
  /** Shows a session that was saved, given its text. */
  openSession(text: string): void
}

/** Devtools in a page. */
export interface Devtools {
  /** The element; `undefined` where there are no devtools: on a server, and in production. */
  readonly element: DevtoolsElement | undefined
  /** Removes them, and ends the recording. */
  unmount(): void
}
