// What can be asked of `lazy`, and what is refused.

/** What is looked through for lazy elements. */
export type Root = Element | Document | ShadowRoot

/** A selector; or what to look through, now and later; or the elements themselves. */
export type LazyTarget = string | Root | Iterable<Element>

type Listener = (element: HTMLElement) => void

export interface LazyOptions {
  /** What is looked for in a root. Default: `lazySelector`. */
  selector?: string
  /** The scroll container to look at. Default: the viewport. */
  root?: Element | Document | null
  /** How far around the root loading begins, as CSS margins in px or per cent; a number is px. Default: `300`. */
  rootMargin?: string | number
  /**
   * Whether px of the margin become more on a slow connection (2g: three times, 3g: twice) and a quarter with
   * Save-Data, as far as the browser tells. Default: `true`.
   */
  adaptive?: boolean
  /** How much of an element must be within that, from 0 to 1, or several such. Default: `0`. */
  threshold?: number | number[]
  /** How many load at once, nearest first. Default: `12`. */
  maxConcurrent?: number
  /**
   * How long a load may keep its place among these, in ms; then the next one begins, while this one may still arrive.
   * `Infinity`: until it ends. Default: `30_000`.
   */
  timeout?: number
  /** How often a failed load is tried again, resting longer each time. Default: `2`. */
  retries?: number
  /** The address that is shown where all attempts failed; `data-error` of an element goes before it. */
  error?: string
  /** The class while it loads; `''` for none. Default: `'loading'`. */
  classLoading?: string
  /** The class once it is loaded; `''` for none. Default: `'loaded'`. */
  classLoaded?: string
  /** The class once it was given up; `''` for none. Default: `'error'`. */
  classError?: string
  /** The class once it has come near. Default: none. */
  classEntered?: string
  /** The class while it is not near any more. Default: none. */
  classExited?: string
  /**
   * Whether to warn in the console of images that move the layout, and of lazily loaded images that were the
   * largest contentful paint. Default: whether `process.env.NODE_ENV` is there and not `'production'`.
   */
  debug?: boolean
  /** Called with each element that came near, also with what has nothing to load. */
  onEnter?: Listener
  /** Called with each element that went away before it was loaded. */
  onExit?: Listener
  /** Called with each element as it begins to load. */
  onLoading?: Listener
  /** Called with each element that was loaded. */
  onLoad?: Listener
  /** Called with each element that was given up. It is tried again when the network comes back. */
  onError?: Listener
  /** Called when nothing is left to be loaded. */
  onFinish?: () => void
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
  /** 1 where the largest contentful paint of the page, so far, was loaded lazily, which made it late. */
  lcp: number
}

export interface Lazy {
  /** Looks again for elements: for those that match since something else than their nodes or addresses changed. */
  update(): void
  /** Loads an element now, or everything, wherever it is. Printing does so by itself. */
  load(element?: Element): void
  /** Stops. What is not loaded by now stays so. */
  destroy(): void
  stats(): LazyStats
}

/** The figures by name, in the order of their numbers in crates/npm/src/lazy.rs. */
export const statNames = ['loading', 'loaded', 'failed', 'retried', 'cancelled'] as const satisfies (keyof LazyStats)[]

/** What is looked for in a root, and the default target. */
export const lazySelector =
  'img[data-src],img[data-srcset],iframe[data-src],video[data-src],video[data-poster],' +
  '[data-bg],[data-bg-set],[data-bg-multi],[data-background-image],[data-background-image-set]'

/** Throws where an option makes no sense, and says what would. */
export function check(target: LazyTarget, options: LazyOptions): void {
  if (typeof target !== 'string' && !('nodeType' in Object(target) || Symbol.iterator in Object(target))) {
    throw new TypeError(
      `whippet: lazy() takes a selector, an element, document or shadow root, or a list of elements, not ${target}. ` +
        'If it was looked up, it was not in the page yet',
    )
  }
  const { maxConcurrent = 1, timeout = 1, retries = 0, threshold = 0 } = options
  must(Number(maxConcurrent) >= 1, 'maxConcurrent', 'a number from 1', maxConcurrent)
  must(Number(timeout) > 0, 'timeout', 'a number of ms above 0', timeout)
  must(Number(retries) >= 0, 'retries', 'a number from 0', retries)
  for (const share of [threshold].flat()) must(share >= 0 && share <= 1, 'threshold', 'from 0 to 1, or a list of such', share)
  must(marginOf(options) !== '', 'rootMargin', "a number of px, or one to four of px or %, as '200px 10%'", options.rootMargin)
  for (const name of ['classLoading', 'classLoaded', 'classError', 'classEntered', 'classExited'] as const) {
    must(!/\s/.test(options[name] ?? ''), name, 'one class, without spaces', options[name])
  }
}

function must(holds: boolean, name: string, what: string, value: unknown): void {
  if (!holds) throw new RangeError(`whippet: ${name} of lazy() must be ${what}, not ${value}`)
}

/** The margin in the words of CSS; empty where it is none. */
export function marginOf({ rootMargin = 300 }: LazyOptions): string {
  const margin = typeof rootMargin === 'number' ? `${rootMargin}px` : rootMargin.trim()
  return /^(-?(\d+|\d*\.\d+)(px|%)|0)(\s+(-?(\d+|\d*\.\d+)(px|%)|0)){0,3}$/.test(margin) ? margin : ''
}
