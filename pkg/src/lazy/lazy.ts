import { drive } from './driver.js'
import { checkArguments, lazySelector, type Lazy, type LazyOptions, type LazyTarget } from './options.js'

/**
 * Loads the elements of `target` when they come near: `data-src`, `data-srcset`, `data-sizes`, `data-poster` and `data-bg` stand
 * for `src`, `srcset`, `sizes`, `poster` and the background image. Without IntersectionObserver everything loads at once, images
 * and iframes by `loading="lazy"`. Throws a `TypeError` or `RangeError` for an invalid target or option.
 */
export function lazy(target: LazyTarget = lazySelector, options: LazyOptions = {}): Lazy {
  checkArguments(target, options)
  // On a server there is nothing to load.
  if (typeof document === 'undefined') return drive([], [], '', options)
  if (typeof target === 'string') return drive([], [document], target, options)
  const { selector = lazySelector } = options
  return 'nodeType' in target ? drive([], [target], selector, options) : drive([...target], [], selector, options)
}
