// Drives the engine's loader in a page: reports what the observers see, and carries out effects.
import {
  EFFECT_MASK,
  GIVE_UP,
  HAS_FAILED,
  IS_LOADED,
  IS_REMOVED,
  ITEM_SHIFT,
  LOAD_TIMEOUT,
  MAX_CONCURRENT,
  MEASURE,
  OVERDUE,
  RETRIES,
  STAT_CANCELLED,
  STAT_FAILED,
  STAT_LOADED,
  STAT_LOADING,
  STAT_RETRIED,
  UNTIL,
} from '../boundary/lazy.js'
import { lazy_create, lazy_destroy, lazy_end, lazy_enter, lazy_online, lazy_poll, lazy_stat } from '../rules/lazy.js'
import { batchDecode } from './batchDecode.js'
import { isTag } from './dom.js'
import { apply, applyError, applyPartly, elementsWithUrls, hasResource, loadDetached, loadable } from './element.js'
import { lazyLcp, observeLcp } from './lcp.js'
import { forEachMatch, observeMutations } from './observeMutations.js'
import { marginOf, type Lazy, type LazyOptions, type LazyStats } from './options.js'
import { attachedPlaceholder } from './placeholder.js'
import { DECODING, LOADED, NOT_ENTERED, targets, type Owner, type Target } from './targets.js'
import { distance, viewportOf } from './viewport.js'
import { warningsFor } from './warnings.js'

/**
 * Loads elements, present and future ones, when they come near: `listed`, or without these all in `roots` that match
 * `selector`. Where nothing can be observed, they are loaded at once.
 */
export function drive(listed: Element[], roots: Node[], selector: string, options: LazyOptions): Lazy {
  const { classLoading = 'loading', classLoaded = 'loaded', classError = 'error', classEntered, classExited } = options
  const { onEnter, onExit, onLoading, onLoad, onError, onFinish, root, adaptive = true } = options
  const { maxConcurrent = MAX_CONCURRENT, retries = RETRIES, timeout = LOAD_TIMEOUT } = options
  const warnings = warningsFor(options.debug)
  const viewport =
    typeof IntersectionObserver === 'function'
      ? viewportOf(root ?? null, marginOf(options), options.threshold ?? 0, adaptive)
      : undefined
  const loader = lazy_create(maxConcurrent, retries, timeout, Math.random() * 2 ** 32)
  const waiting = new Set<Target>()
  /** By index of the engine's items. An element becomes an item when it comes near. */
  const items: (Target | undefined)[] = []
  const given = new Set(listed)
  if (listed.length > 0) {
    roots = [...new Set(listed.map((element) => (element.isConnected ? element.getRootNode() : document)))]
    selector = '*'
  }
  /** Elements that were never items of the engine. */
  let loadedDirectly = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let deadline = Infinity
  /** The figures at the time of `destroy`. */
  let finalStats: LazyStats | undefined

  const owner: Owner = {
    entered$(target, { boundingClientRect, rootBounds }) {
      const { element$: element, item$: item } = target
      // The entry was queued before the element was unobserved.
      if (item === DECODING) return
      const isNew = item === NOT_ENTERED
      const isEmpty = isNew && !hasResource(element)
      if (!isEmpty) {
        if (isNew) showPlaceholder(element)
        target.isNear$ = true
        enter(target, boundingClientRect, rootBounds, performance.now())
        items[target.item$] = target
      }
      swapClass(element, classExited, classEntered)
      notify(onEnter, element)
      if (isEmpty) finishDirectly(target)
    },
    left$(target) {
      const { element$: element, item$: item, images$: images } = target
      if (!target.isNear$) return false
      target.isNear$ = false
      lazy_enter(loader, item, NaN, 0)
      swapClass(element, classEntered, classExited)
      // A failed load is not retried while the element is not near.
      if (!images) swapClass(element, classLoading)
      if (!images && !target.hasFailed$) forget(target)
      notify(onExit, element)
      return true
    },
    pump$: pump,
  }

  function showPlaceholder(element: HTMLElement): void {
    const show = options.placeholder ?? attachedPlaceholder
    try {
      show ? show(element) : warnings?.handlePlaceholder(element)
    } catch (error) {
      warnings?.handlePlaceholder(element, error)
    }
  }

  function enter(target: Target, rect: DOMRectReadOnly, bounds: DOMRectReadOnly | null | undefined, now: number): void {
    target.item$ = lazy_enter(loader, target.item$, distance(rect, bounds), now)
  }

  function observe(match: Element): void {
    const element = loadable(match)
    if (!element || targets.has(element)) return
    const target: Target = { owner$: owner, element$: element, item$: NOT_ENTERED }
    targets.set(element, target)
    waiting.add(target)
    viewport?.observe$(element)
  }

  /** Removes the engine's item of an element; `next` stands in its place. */
  function forget(target: Target, next = NOT_ENTERED): void {
    const { item$: item } = target
    target.item$ = next
    if (item < 0) return
    items[item] = undefined
    lazy_end(loader, item, next === DECODING ? IS_LOADED : IS_REMOVED, 0)
  }

  /** Removes an element in any state. */
  function remove(target: Target): void {
    forget(target)
    target.images$ = undefined
    targets.delete(target.element$)
    waiting.delete(target)
    viewport?.unobserve$(target.element$)
  }

  /** Removes an element that does not load any more. */
  function abandon(target: Target): void {
    remove(target)
    swapClass(target.element$, classLoading)
  }

  /** Carries out the engine's effects until there are none, and arms the timer. */
  function pump(): void {
    if (finalStats) return
    if (!viewport) return loadAll()
    const now = performance.now()
    let polled
    while ((polled = lazy_poll(loader, now)) > UNTIL) {
      const target = items[polled >>> ITEM_SHIFT]!
      const effect = polled & EFFECT_MASK
      if (polled === MEASURE) measure(now)
      else if (effect === GIVE_UP) giveUp(target)
      else if (effect === OVERDUE) applyPartly(target.element$, target.images$ ?? [])
      else load(target)
    }
    const next = UNTIL - polled
    if (next === deadline) return
    clearTimeout(timer)
    deadline = next
    // Browsers fire a timer at once if its delay does not fit into 32 bits.
    if (next < Infinity) timer = setTimeout(handleDeadline, Math.min(next - now, 2 ** 31 - 1))
  }

  function handleDeadline(): void {
    deadline = Infinity
    pump()
  }

  function measure(now: number): void {
    // A document has no such method: its bounds are those of the viewport.
    const bounds = (root as Element | null)?.getBoundingClientRect?.()
    for (const target of items) if (target?.isNear$) enter(target, target.element$.getBoundingClientRect(), bounds, now)
  }

  function load(target: Target): void {
    const { element$: element } = target
    swapClass(element, classError, classLoading)
    notify(onLoading, element)
    const warnIfShifted = warnings?.detectLayoutShift(element)
    const images = (target.images$ = loadDetached(element))
    const isCurrent = () => target.images$ === images
    const handleLoaded = () => {
      if (!isCurrent()) return
      // Decoding takes a frame or two, in which the next items can be requested.
      beginDecoding(target)
      pump()
      batchDecode(images, () => {
        if (!isCurrent()) return
        if (images.length) apply(element)
        finish(target)
        warnIfShifted?.()
      })
    }
    const handleFailed = () => {
      if (!isCurrent()) return
      target.images$ = undefined
      target.hasFailed$ = true
      // Layers that are loaded are shown, and the others retried.
      target.isPartial$ = applyPartly(element, images)
      if (!target.isNear$) swapClass(element, classLoading)
      lazy_end(loader, target.item$, HAS_FAILED, performance.now())
      pump()
    }
    if (images.length > 0) {
      // Waits for all of them: which ones failed decides what is shown.
      void Promise.all(images.map(isLoaded)).then((results) => (results.every(Boolean) ? handleLoaded() : handleFailed()))
      return
    }
    // An iframe would keep its place until the browser finds it near, too.
    hurry(element)
    apply(element)
    // An iframe has a load event; media load when they are played.
    if (isTag(element, 'iframe')) return element.addEventListener('load', handleLoaded, { once: true })
    beginDecoding(target)
    finish(target)
  }

  /** The bytes have arrived, so the engine can load the next item. */
  function beginDecoding(target: Target): void {
    forget(target, DECODING)
    viewport?.unobserve$(target.element$)
  }

  function finish(target: Target): void {
    const { element$: element } = target
    remove(target)
    targets.set(element, LOADED)
    swapClass(element, classLoading, classLoaded)
    notify(onLoad, element)
    if (waiting.size === 0 && onFinish) queueMicrotask(onFinish)
  }

  function giveUp({ element$: element, isPartial$: isPartial }: Target): void {
    const url = errorUrl(element)
    if (url && !isPartial) applyError(element, url)
    swapClass(element, classLoaded)
    swapClass(element, classLoading, classError)
    notify(onError, element)
  }

  function errorUrl(element: HTMLElement): string | undefined {
    return element.dataset.error ?? options.error
  }

  const stopMutations = observeMutations(roots, selector, check, pump)

  /** An element was added or removed, or has a new URL. */
  function check(match: Element, hasNewUrl: boolean): void {
    const element = loadable(match)
    if (!element) return
    const target = ownTarget(element)
    // What is selected may also be its picture, or one of the sources.
    const isWanted = [element.closest('picture') ?? element, ...elementsWithUrls(element)].some((each) =>
      given.size ? given.has(each) : each.matches(selector),
    )
    // The elements of a list may go anywhere in the page. A root may be filled before it is in the page.
    const isInside = element.isConnected || roots.some((root) => root.contains(element))
    // An element that has not come near has no load to replace. A loaded one stays known, since it may be added again.
    if (hasNewUrl ? !(isWanted && target?.item$ === NOT_ENTERED) : !isInside) {
      if (target) abandon(target)
      else if (hasNewUrl && isWanted && targets.get(element) === LOADED) targets.delete(element)
    }
    // An attribute of a removed element may change in the same task.
    if (isWanted && isInside) observe(element)
  }

  function ownTarget(element: Element | null): Target | undefined {
    const target = targets.get(element!)
    return waiting.has(target as Target) ? (target as Target) : undefined
  }

  function update(): void {
    if (finalStats) return
    listed.forEach(observe)
    if (!given.size) roots.forEach((root) => forEachMatch(root, selector, observe))
    pump()
  }

  /** Loads an element at once, without decoding it ahead. */
  function loadNow(target: Target): void {
    const { item$: item } = target
    const element = target.element$ as HTMLImageElement
    remove(target)
    swapClass(element, classError)
    if (viewport) hurry(element)
    else {
      const url = errorUrl(element)
      if (url) element.addEventListener('error', () => applyError(element, url), { once: true })
      // Set before the URL, or the browser would load it at once.
      if (isTag(element, 'img') || isTag(element, 'iframe')) element.loading = 'lazy'
    }
    // The engine has counted it.
    if (item === DECODING) loadedDirectly--
    finishDirectly(target)
  }

  /** Finishes an element that is not an item of the engine. */
  function finishDirectly(target: Target): void {
    apply(target.element$)
    loadedDirectly++
    finish(target)
  }

  function loadAll(): void {
    for (const target of [...waiting]) loadNow(target)
  }

  /**
   * A page from the back/forward cache is `persisted`: its loads may have been interrupted, and failed. Where the network is there
   * at any other event, it is back: after a long task that is so at the `offline` before it already.
   */
  function handleNetwork({ persisted }: Partial<PageTransitionEvent> = {}): void {
    const isOnline = !!globalThis.navigator?.onLine
    lazy_online(loader, isOnline, persisted ?? isOnline)
    pump()
  }

  const print = globalThis.matchMedia?.('print')
  const handlePrint = () => print?.matches && loadAll()
  /** Also on a server, which has no such methods. */
  const eachListener = (method: 'addEventListener' | 'removeEventListener') => {
    const { [method]: each } = globalThis
    each?.('online', handleNetwork)
    each?.('offline', handleNetwork)
    each?.('pageshow', handleNetwork)
    each?.('beforeprint', loadAll)
    print?.[method]?.('change', handlePrint)
  }

  function destroy(): void {
    if (finalStats) return
    finalStats = stats()
    stopMutations()
    eachListener('removeEventListener')
    clearTimeout(timer)
    waiting.forEach(abandon)
    viewport?.leave$()
    lazy_destroy(loader)
  }

  function stats(): LazyStats {
    if (finalStats) return finalStats
    const stat = (which: number) => lazy_stat(loader, which)
    return {
      pending: waiting.size,
      loading: stat(STAT_LOADING),
      loaded: stat(STAT_LOADED) + loadedDirectly,
      failed: stat(STAT_FAILED),
      retried: stat(STAT_RETRIED),
      cancelled: stat(STAT_CANCELLED),
      lcp: lazyLcp,
    }
  }

  if (viewport) observeLcp(warnings?.handleLcp)
  update()
  eachListener('addEventListener')
  handleNetwork()

  return {
    update,
    load(element) {
      if (!element) return loadAll()
      const target = ownTarget(loadable(element))
      if (target) loadNow(target)
    },
    destroy,
    stats,
  }

  /** Calls a callback of the page in a microtask, since it may throw, and may call the loader. */
  function notify(callback: ((element: HTMLElement) => void) | undefined, element: HTMLElement): void {
    if (callback) queueMicrotask(() => callback(element))
  }
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

/** Lets the browser load an element wherever it is. */
function hurry(element: HTMLElement): void {
  const image = element as HTMLImageElement
  if (image.loading === 'lazy') image.loading = 'eager'
}

/** Replaces one class by another. Each change of the attribute costs style, so there is one at most. */
function swapClass({ classList }: Element, from: string | undefined, to?: string): void {
  if (from && to && classList.replace(from, to)) return
  if (to) classList.add(to)
  else if (from) classList.remove(from)
}
