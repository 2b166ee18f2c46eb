import { drive } from './driver.js'
import { loadWithoutEngine } from './fallback.js'
import { checkArguments, lazySelector, type Lazy, type LazyOptions, type LazyTarget, type Targets } from './options.js'
import { inDevelopment } from './warnings.js'
import { wasm, type Engine } from './wasm.js'

/**
 * Loads the elements of `target` when they come near: `data-src`, `data-srcset`, `data-sizes`, `data-poster` and `data-bg` stand
 * for `src`, `srcset`, `sizes`, `poster` and the background image. Without WebAssembly or IntersectionObserver everything loads
 * at once, images and iframes by `loading="lazy"`. Throws a `TypeError` or `RangeError` for an invalid target or option.
 */
export function lazy(target: LazyTarget = lazySelector, options: LazyOptions = {}): Lazy {
  checkArguments(target, options)
  const isSelector = typeof target === 'string'
  const targets: Targets = {
    elements: isSelector || 'nodeType' in target ? [] : [...target],
    roots: [],
    selector: isSelector ? target : options.selector ?? lazySelector,
  }
  // On a server there is nothing to load.
  if (typeof document === 'undefined') return loadWithoutEngine(targets, options)

  if (isSelector) targets.roots = [document]
  else if ('nodeType' in target) targets.roots = [target]
  const engine = startEngine()
  return engine ? drive(engine, targets, options.debug ?? inDevelopment(), options) : loadWithoutEngine(targets, options)
}

function startEngine(): Engine | undefined {
  if (typeof IntersectionObserver !== 'function') return undefined
  try {
    return wasm()
  } catch {
    // The images are loaded anyway, so there is no error to report.
    return undefined
  }
}
