import { inDevelopment } from './development.js'
import { drive } from './driver.js'
import { loadAll } from './fallback.js'
import { check, lazySelector, type Lazy, type LazyOptions, type LazyTarget } from './options.js'
import { wasm } from './wasm.js'

/**
 * Loads what `target` names when it comes near: `data-src`, `data-srcset`, `data-sizes`, `data-poster` and
 * `data-bg` take the place of `src`, `srcset`, `sizes`, `poster` and the background image. Where WebAssembly
 * or IntersectionObserver is missing, everything loads at once, or when the browser's own laziness says.
 * Throws a `TypeError` or `RangeError` where the target or an option makes no sense.
 */
export function lazy(target: LazyTarget = lazySelector, options: LazyOptions = {}): Lazy {
  check(target, options)
  const isSelector = typeof target === 'string'
  const wanted = {
    given: isSelector || 'nodeType' in target ? [] : [...target],
    roots: [] as Node[],
    selector: isSelector ? target : options.selector ?? lazySelector,
  }
  // On a server there is nothing to load.
  if (typeof document === 'undefined') return loadAll(wanted, options)

  if (isSelector) wanted.roots = [document]
  else if ('nodeType' in target) wanted.roots = [target]
  const engine = startEngine()
  return engine ? drive(engine, wanted, options.debug ?? inDevelopment(), options) : loadAll(wanted, options)
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
