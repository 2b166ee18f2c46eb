// The options of `lazy`, and their checks.

/** A tree that is searched for lazy elements. */
export type Root = Element | Document | ShadowRoot

/** A selector; or a tree to search, now and after each mutation; or the elements themselves. */
export type LazyTarget = string | Root | Iterable<Element>

type Listener = (element: HTMLElement) => void

export interface LazyOptions {
  /** The selector of lazy elements in the target. Default: `lazySelector`. */
  selector?: string
  /** The scroll container. Default: the viewport. */
  root?: Element | Document | null
  /** How far outside the root loading begins, as CSS margins in px or per cent; a number is px. Default: `300`. */
  rootMargin?: string | number
  /**
   * Whether a margin in px grows on a slow connection (three times on 2g, twice on 3g) and shrinks to a quarter with Save-Data,
   * where the browser reports the connection. Default: `true`.
   */
  adaptive?: boolean
  /** The share of an element that must be within the margin, from 0 to 1, or a list of shares. Default: `0`. */
  threshold?: number | number[]
  /** The most elements that load at once, the nearest first. Default: `24`. */
  maxConcurrent?: number
  /**
   * How long a load keeps its place among these, in ms. After that the next one begins, and this one may still arrive.
   * `Infinity`: until it ends. Default: `30_000`.
   */
  timeout?: number
  /** How often a failed load is retried, with a longer delay each time. Default: `2`. */
  retries?: number
  /** The URL of the image that is shown when all attempts failed. `data-error` of the element takes precedence. */
  error?: string
  /** The class of a loading element; `''` for none. Default: `'loading'`. */
  classLoading?: string
  /** The class of a loaded element; `''` for none. Default: `'loaded'`. */
  classLoaded?: string
  /** The class of an element whose attempts all failed; `''` for none. Default: `'error'`. */
  classError?: string
  /** The class of an element that has come near. Default: none. */
  classEntered?: string
  /** The class of an element that is not near any more. Default: none. */
  classExited?: string
  /**
   * Whether to warn in the console of an image that shifted the layout, of a largest contentful paint that was loaded lazily,
   * and of placeholders that are not shown. Default: whether `process.env.NODE_ENV` is defined. Where a bundler sets it to
   * `'production'`, there are no warnings.
   */
  debug?: boolean
  /**
   * Shows a placeholder in an element that has come near, if it shows nothing yet: `showThumbhash`, or your own function.
   * Default: `showThumbhash`, if your code uses it or `thumbhashToDataURL`.
   */
  placeholder?: (element: HTMLElement) => void
  /** Called with each element that came near, also with one that has nothing to load. */
  onEnter?: Listener
  /** Called with each element that left before it was loaded. */
  onExit?: Listener
  /** Called with each element that begins to load. */
  onLoading?: Listener
  /** Called with each element that was loaded. */
  onLoad?: Listener
  /** Called with each element whose attempts all failed. It is retried when the network comes back. */
  onError?: Listener
  /** Called when every element is loaded. */
  onFinish?: () => void
}

/** The figures of one `Lazy`. */
export interface LazyStats {
  /** Elements that are not loaded, failed ones included. */
  pending: number
  /** Elements that are loading. */
  loading: number
  /** Elements that were loaded. */
  loaded: number
  /** Times that all attempts of an element failed, also if it was loaded later. */
  failed: number
  /** Loads that were retries. */
  retried: number
  /** Times that an element left before its load began, so that nothing was requested. */
  cancelled: number
  /** 1 if the largest contentful paint of the page, so far, was loaded lazily, which made it late; otherwise 0. */
  lcp: number
}

export interface Lazy {
  /** Searches for elements again: for those that match because something other than their nodes or URLs changed. */
  update(): void
  /** Loads an element now, or all of them, wherever they are. This happens automatically before printing. */
  load(element?: Element): void
  /** Stops. Elements that are not loaded stay so. */
  destroy(): void
  stats(): LazyStats
}

/** The default target, and the default `selector`. */
export const lazySelector =
  'img[data-src],img[data-srcset],picture>source[data-srcset],iframe[data-src],video[data-src],video>source[data-src],' +
  'video[data-poster],' +
  '[data-bg],[data-bg-set],[data-bg-multi],[data-background-image],[data-background-image-set]'

/** Throws for an invalid target or option. */
export function checkArguments(target: LazyTarget, options: LazyOptions): void {
  if (typeof target !== 'string' && !('nodeType' in Object(target) || Symbol.iterator in Object(target))) {
    throw new TypeError(
      `whippet: lazy() takes a selector, an element, document, shadow root or list of elements, not ${target}: is it there yet?`,
    )
  }
  const expect = (name: keyof LazyOptions, isValid: (value: never) => boolean, expected: string) => {
    for (const value of [options[name]].flat()) {
      if (value === undefined || isValid(value as never)) continue
      throw new RangeError(`whippet: ${name} of lazy() must be ${expected}, not ${value}`)
    }
  }
  expect('maxConcurrent', (count: number) => count >= 1, 'from 1')
  expect('timeout', (ms: number) => ms > 0, 'ms above 0')
  expect('retries', (count: number) => count >= 0, 'from 0')
  expect('threshold', (share: number) => share >= 0 && share <= 1, 'from 0 to 1')
  expect('rootMargin', (rootMargin: string) => MARGIN.test(marginOf({ rootMargin })), "px or %, as '200px 10%'")
  for (const state of ['Loading', 'Loaded', 'Error', 'Entered', 'Exited'] as const) {
    expect(`class${state}`, (name: string) => !/\s/.test(name), 'one class, without spaces')
  }
}

const MARGIN = /^((-?\d*\.?\d+(px|%)|0)(\s+|$)){1,4}$/

/** The margin as CSS. */
export function marginOf({ rootMargin = 300 }: LazyOptions): string {
  return typeof rootMargin === 'number' ? `${rootMargin}px` : rootMargin.trim()
}
