import { drive } from './driver.js'
import { loadAll } from './fallback.js'
import { wasm } from './wasm.js'

/** What is looked through for lazy elements. */
export type Root = Element | Document | ShadowRoot

/** A selector; or what to look through, now and later; or the elements themselves. */
export type LazyTarget = string | Root | Iterable<Element>

export interface LazyOptions {
  /** The scroll container to look at. Default: the viewport. */
  root?: Element | Document | null
  /** How far around the root loading begins, in px or per cent. Default: `'300px'`. */
  rootMargin?: string
  /** How much of an element must be within that, from 0 to 1, or several such. Default: `0`. */
  threshold?: number | number[]
  /** How many load at once, nearest first. Default: `6`. */
  maxConcurrent?: number
  /** How often a failed load is tried again, resting longer each time. Default: `2`. */
  retries?: number
  /** The class while it loads; `''` for none. Default: `'loading'`. */
  classLoading?: string
  /** The class once it is loaded; `''` for none. Default: `'loaded'`. */
  classLoaded?: string
  /** The class once it was given up; `''` for none. Default: `'error'`. */
  classError?: string
  /** Called with each element that was loaded. */
  onLoad?: (element: HTMLElement) => void
  /** Called with each element that was given up. It is tried again when the network comes back. */
  onError?: (element: HTMLElement) => void
}

/** What became of the elements so far. */
export interface LazyStats {
  /** Not loaded yet, failed ones included. */
  pending: number
  /** Loading now. */
  loading: number
  /** Loaded. */
  loaded: number
  /** Given up, those that came back later included. */
  failed: number
  /** Loads begun again after a failure. */
  retried: number
  /** Left before their turn, so that nothing was sent. */
  cancelled: number
}

export interface Lazy {
  /** Looks again for elements: for attributes that were set later. Nodes that are added are found without. */
  update(): void
  /** Stops. What is not loaded by now stays so. */
  destroy(): void
  stats(): LazyStats
}

/** What is looked for in a root, and the default target. */
export const lazySelector =
  'img[data-src],img[data-srcset],iframe[data-src],video[data-src],video[data-poster],[data-bg]'

/** The figures by name, in the order of their numbers in crates/npm/src/lazy.rs. */
export const statNames = ['pending', 'loading', 'loaded', 'failed', 'retried', 'cancelled'] as const satisfies (keyof LazyStats)[]

/**
 * Loads what `target` names when it comes near: `data-src`, `data-srcset`, `data-sizes`, `data-poster` and
 * `data-bg` take the place of `src`, `srcset`, `sizes`, `poster` and the background image. Where WebAssembly
 * or IntersectionObserver is missing, everything loads at once, or when the browser's own laziness says.
 */
export function lazy(target: LazyTarget = lazySelector, options: LazyOptions = {}): Lazy {
  // On a server there is nothing to load.
  if (typeof document === 'undefined') return loadAll([], [], '', options)

  const selector = typeof target === 'string' ? target : lazySelector
  const roots = typeof target === 'string' ? [document] : 'nodeType' in target ? [target] : []
  const elements = typeof target === 'string' || 'nodeType' in target ? [] : target
  const engine = startEngine()
  return engine ? drive(engine, elements, roots, selector, options) : loadAll(elements, roots, selector, options)
}

function startEngine(): ReturnType<typeof wasm> | undefined {
  if (typeof IntersectionObserver !== 'function') return undefined
  try {
    return wasm()
  } catch {
    // Images matter more than why they cannot be lazy.
    return undefined
  }
}
