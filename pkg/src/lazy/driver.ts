// Drives the engine's loader in a page: reports what the observers see, and carries out effects.
import {
  EFFECT_MASK,
  GIVE_UP,
  ITEM_SHIFT,
  MEASURE,
  NONE,
  OVERDUE,
  STAT_CANCELLED,
  STAT_FAILED,
  STAT_LOADED,
  STAT_LOADING,
  STAT_RETRIED,
} from '../boundary/lazy.js'
import { guarded, standIn } from '../wasm.js'
import { batchDecode } from './batchDecode.js'
import { isTag } from './dom.js'
import { apply, applyError, applyPartly, hasResource, loadDetached, loadable } from './element.js'
import { lazyLcp, observeLcp } from './lcp.js'
import { forEachMatch, observeMutations } from './observeMutations.js'
import { marginOf, type Lazy, type LazyOptions, type LazyStats, type Targets } from './options.js'
import { showPlaceholder } from './thumbhash.js'
import { DECODING, LOADED, NOT_ENTERED, distance, owners, viewportOf, type Owner } from './viewport.js'
import { detectLayoutShift } from './warnings.js'
import type { Engine } from './wasm.js'

/** Loads the targets, present and future ones, when they come near. */
export function drive(module: Engine, targets: Targets, debug: boolean, options: LazyOptions): Lazy {
  const { classLoading = 'loading', classLoaded = 'loaded', classError = 'error', classEntered, classExited } = options
  const { onEnter, onExit, onLoading, onLoad, onError, onFinish, root } = options
  const { threshold = 0, adaptive = true } = options
  let broken = false
  const engine = guarded(module, () => {
    // Without an engine the images are loaded at once.
    broken = true
    queueMicrotask(loadAll)
    return standIn({ lazy_poll: () => NONE, lazy_deadline: () => NONE })
  })
  const viewport = viewportOf(engine, root, marginOf(options), threshold, adaptive)
  const { maxConcurrent = NaN, retries = NaN, timeout: loadTimeout = NaN } = options
  const loader = engine.lazy_create(maxConcurrent, retries, loadTimeout, Math.random() * 2 ** 32)
  const waiting = new Map<Element, number>()
  /** By index of the engine's items. An element becomes an item when it first comes near. */
  const items: (HTMLElement | undefined)[] = []
  /** The detached images of each load. A load that ends is ignored if its element has been given another one since. */
  const loads = new Map<Element, HTMLImageElement[]>()
  /** Elements that are shown in part, because another part failed. */
  const partial = new WeakSet<Element>()
  /** Items that may be in the engine's queue. */
  const near = new Set<number>()
  const listed = new WeakSet(targets.elements)
  let { roots, selector } = targets
  if (targets.elements.length > 0) {
    roots = [...new Set(targets.elements.map((element) => (element.isConnected ? element.getRootNode() : document)))]
    selector = '*'
  }
  /** Elements that were loaded without the engine. */
  let loadedDirectly = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let deadline = NONE as number
  /** The figures at the time of `destroy`. */
  let finalStats: LazyStats | undefined

  const owner: Owner = {
    waiting,
    entered({ target, boundingClientRect, rootBounds }) {
      const element = target as HTMLElement
      let item = waiting.get(element)!
      // The entry was queued before the element was unobserved.
      if (item === DECODING) return
      if (item === NOT_ENTERED) {
        if (!hasResource(element)) {
          swapClass(element, classExited, classEntered)
          notify(onEnter, element)
          return finishDirectly(element)
        }
        item = engine.lazy_add(loader)
        waiting.set(element, item)
        items[item] = element
        showPlaceholder(module, element, debug)
      }
      near.add(item)
      engine.lazy_enter(loader, item, distance(boundingClientRect, rootBounds), performance.now())
      swapClass(element, classExited, classEntered)
      notify(onEnter, element)
    },
    left(element) {
      const item = waiting.get(element)!
      if (!near.delete(item)) return false
      engine.lazy_leave(loader, item)
      swapClass(element, classEntered, classExited)
      // A failed load is not retried while the element is not near.
      if (!loads.has(element)) swapClass(element, classLoading, undefined)
      notify(onExit, element as HTMLElement)
      return true
    },
    pump,
  }

  function observe(match: Element): void {
    const element = loadable(match)
    if (!element || owners.has(element)) return
    owners.set(element, owner)
    waiting.set(element, NOT_ENTERED)
    if (broken) loadNow(element)
    else viewport.observe(element)
  }

  function removeItem(item: number): void {
    items[item] = undefined
    near.delete(item)
  }

  /** Removes an element in any state. */
  function remove(element: Element, item: number): void {
    if (item >= 0) {
      removeItem(item)
      engine.lazy_remove(loader, item)
    }
    loads.delete(element)
    owners.delete(element)
    waiting.delete(element)
    viewport.unobserve(element)
  }

  /** Carries out the engine's effects until there are none, and arms the timer. */
  function pump(): void {
    if (finalStats) return
    const now = performance.now()
    for (let polled; (polled = engine.lazy_poll(loader, now)) !== NONE; ) {
      if (polled === MEASURE) measure(now)
      else {
        const item = polled >>> ITEM_SHIFT
        const effect = polled & EFFECT_MASK
        const element = items[item]!
        if (effect === GIVE_UP) giveUp(element)
        else if (effect === OVERDUE) applyPartly(element, loads.get(element) ?? [])
        else load(element, item)
      }
    }
    const next = engine.lazy_deadline(loader)
    if (next === deadline) return
    clearTimeout(timer)
    deadline = next
    // Browsers fire a timer at once if its delay does not fit into 32 bits.
    if (next !== NONE) timer = setTimeout(handleTimeout, Math.min(next - now, 2 ** 31 - 1))
  }

  function handleTimeout(): void {
    deadline = NONE
    engine.lazy_timeout(loader, performance.now())
    pump()
  }

  function measure(now: number): void {
    const bounds = root && 'getBoundingClientRect' in root ? root.getBoundingClientRect() : null
    for (const item of near) {
      engine.lazy_enter(loader, item, distance(items[item]!.getBoundingClientRect(), bounds), now)
    }
  }

  function load(element: HTMLElement, item: number): void {
    swapClass(element, classError, classLoading)
    notify(onLoading, element)
    const warnIfShifted = debug ? detectLayoutShift(element) : undefined
    const images = loadDetached(element)
    loads.set(element, images)
    const handleLoaded = () => {
      if (loads.get(element) !== images) return
      // Decoding takes a frame or two, in which the next items can be requested.
      beginDecoding(element, item)
      pump()
      batchDecode(images, () => {
        if (loads.get(element) !== images) return
        if (images.length > 0) apply(element)
        finish(element)
        warnIfShifted?.()
      })
    }
    const handleFailed = () => {
      if (loads.get(element) !== images) return
      loads.delete(element)
      partial[applyPartly(element, images) ? 'add' : 'delete'](element)
      if (!near.has(item)) swapClass(element, classLoading, undefined)
      engine.lazy_failed(loader, item, performance.now())
      pump()
    }
    if (images.length > 0) {
      // Waits for all of them: which ones failed decides what is shown.
      void Promise.all(images.map(isLoaded)).then((results) => (results.every(Boolean) ? handleLoaded() : handleFailed()))
      return
    }
    apply(element)
    // An iframe has a load event; media load when they are played.
    if (isTag(element, 'iframe')) return element.addEventListener('load', handleLoaded, { once: true })
    beginDecoding(element, item)
    finish(element)
  }

  /** The bytes have arrived, so the engine can load the next item. */
  function beginDecoding(element: Element, item: number): void {
    engine.lazy_loaded(loader, item)
    removeItem(item)
    waiting.set(element, DECODING)
    viewport.unobserve(element)
  }

  function finish(element: HTMLElement): void {
    remove(element, DECODING)
    owners.set(element, LOADED)
    swapClass(element, classLoading, classLoaded)
    notify(onLoad, element)
    if (waiting.size === 0 && onFinish) queueMicrotask(onFinish)
  }

  function giveUp(element: HTMLElement): void {
    const errorUrl = element.dataset.error ?? options.error
    if (errorUrl && !partial.has(element)) applyError(element, errorUrl)
    swapClass(element, classLoading, classError)
    notify(onError, element)
  }

  const stopMutations = observeMutations(roots, selector, {
    added: (element) => isTarget(element) && observe(element),
    removed(element) {
      const item = waiting.get(element)
      // A loaded element stays known, since it may be added again.
      if (item !== undefined) remove(element, item)
    },
    changed(element) {
      const item = waiting.get(element)
      // An element that has not come near has no load to replace.
      if (item === NOT_ENTERED && isTarget(element)) return
      if (item !== undefined) remove(element, item)
      if (!isTarget(element)) return
      if (owners.get(element) === LOADED) owners.delete(element)
      observe(element)
    },
    done: pump,
  })

  function isTarget(element: Element): boolean {
    return selector === '*' ? listed.has(element) : element.matches(selector)
  }

  function update(): void {
    if (finalStats) return
    for (const element of targets.elements) observe(element)
    if (selector !== '*') for (const root of roots) forEachMatch(root, selector, observe)
  }

  /** Loads an element at once, without decoding it ahead. */
  function loadNow(element: Element): void {
    const item = waiting.get(element)
    if (item === undefined) return
    remove(element, item)
    const html = element as HTMLImageElement
    if (html.loading === 'lazy') html.loading = 'eager'
    if (item !== DECODING) finishDirectly(html)
    else {
      apply(html)
      finish(html)
    }
  }

  /** Finishes an element that is not an item of the engine. */
  function finishDirectly(element: HTMLElement): void {
    apply(element)
    loadedDirectly++
    finish(element)
  }

  function loadAll(): void {
    for (const element of [...waiting.keys()]) loadNow(element)
  }

  function handleNetwork(): void {
    engine.lazy_online(loader, +navigator.onLine)
    pump()
  }

  function handlePageShow({ persisted }: PageTransitionEvent): void {
    // A page from the back/forward cache: its loads may have been interrupted, and failed.
    if (persisted) engine.lazy_resumed(loader)
    handleNetwork()
  }

  const print = globalThis.matchMedia?.('print')
  const handlePrint = () => print?.matches && loadAll()
  const eachListener = (method: 'addEventListener' | 'removeEventListener') => {
    globalThis[method]('online', handleNetwork)
    globalThis[method]('offline', handleNetwork)
    globalThis[method]('pageshow', handlePageShow as EventListener)
    globalThis[method]('beforeprint', loadAll)
    print?.[method]?.('change', handlePrint)
  }

  function destroy(): void {
    if (finalStats) return
    finalStats = stats()
    stopMutations()
    eachListener('removeEventListener')
    clearTimeout(timer)
    for (const element of waiting.keys()) {
      owners.delete(element)
      viewport.unobserve(element)
    }
    viewport.leave(owner)
    engine.lazy_destroy(loader)
    waiting.clear()
    items.length = 0
    loads.clear()
  }

  function stats(): LazyStats {
    if (finalStats) return finalStats
    const stat = (which: number) => engine.lazy_stat(loader, which)
    return {
      pending: waiting.size,
      loading: stat(STAT_LOADING),
      loaded: stat(STAT_LOADED) + loadedDirectly,
      failed: stat(STAT_FAILED),
      retried: stat(STAT_RETRIED),
      cancelled: stat(STAT_CANCELLED),
      lcp: lazyLcp(),
    }
  }

  viewport.join(owner)
  observeLcp(debug)
  update()
  eachListener('addEventListener')
  handleNetwork()

  return { update, load: (element) => (element ? loadNow(element) : loadAll()), destroy, stats }
}

/** Resolves when the image has loaded or failed. */
function isLoaded(image: HTMLImageElement): Promise<boolean> {
  return new Promise((resolve) => {
    image.onload = () => resolve(true)
    image.onerror = () => resolve(false)
    // If no source of a picture matches, no event follows. Browsers select the source in a microtask.
    queueMicrotask(() => image.complete && !image.currentSrc && !image.getAttribute('src') && resolve(true))
  })
}

function swapClass(element: Element, from: string | undefined, to: string | undefined): void {
  if (from) element.classList.remove(from)
  if (to) element.classList.add(to)
}

/** Calls a callback of the page in a microtask, since it may throw, and may call the loader. */
function notify(callback: ((element: HTMLElement) => void) | undefined, element: HTMLElement): void {
  if (callback) queueMicrotask(() => callback(element))
}
