// The engine's loader in a page: what is seen goes in, what is to be done is done.
import { apply, eachMatch, isPart, loadApart } from './element.js'
import { statNames, type Lazy, type LazyOptions, type LazyStats, type Root } from './lazy.js'
import type { wasm } from './wasm.js'

/** Loads `elements`, and what matches `selector` in `roots` now and later, when they come near. */
export function drive(
  engine: ReturnType<typeof wasm>,
  elements: Iterable<Element>,
  roots: Root[],
  selector: string,
  options: LazyOptions,
): Lazy {
  const { classLoading = 'loading', classLoaded = 'loaded', classError = 'error', onLoad, onError } = options
  // Throws where the browser refuses the options, before there is anything to undo.
  const observer = new IntersectionObserver(intersected, {
    root: options.root ?? null,
    rootMargin: options.rootMargin ?? '300px',
    threshold: options.threshold ?? 0,
  })
  const loader = engine.lazy_create(options.maxConcurrent ?? NaN, options.retries ?? NaN, Math.random() * 2 ** 32)
  const numbers = new Map<Element, number>()
  const items: (HTMLElement | undefined)[] = []
  const done = new WeakSet<Element>()
  let timer: ReturnType<typeof setTimeout> | undefined
  /** The figures, once it was destroyed. */
  let last: LazyStats | undefined

  function observe(element: Element): void {
    if (numbers.has(element) || done.has(element) || isPart(element)) return
    const item = engine.lazy_add(loader)
    numbers.set(element, item)
    items[item] = element as HTMLElement
    observer.observe(element)
  }

  function drop(element: Element, item: number): void {
    numbers.delete(element)
    items[item] = undefined
    observer.unobserve(element)
  }

  function intersected(entries: IntersectionObserverEntry[]): void {
    for (const entry of entries) {
      const item = numbers.get(entry.target)
      if (item === undefined) continue
      if (entry.isIntersecting) engine.lazy_enter(loader, item, distance(entry))
      else engine.lazy_leave(loader, item)
    }
    pump()
  }

  /** Does what the engine asks for, until it asks for nothing. */
  function pump(): void {
    for (let effect; (effect = engine.lazy_poll(loader)) >= 0; ) {
      const item = effect >>> 1
      if (effect & 1) giveUp(items[item]!)
      else load(items[item]!, item)
    }
    clearTimeout(timer)
    const deadline = engine.lazy_deadline(loader)
    if (deadline >= 0) timer = setTimeout(timeout, deadline - performance.now())
  }

  function timeout(): void {
    engine.lazy_timeout(loader, performance.now())
    pump()
  }

  function load(element: HTMLElement, item: number): void {
    swapClass(element, classError, classLoading)
    const image = loadApart(element)
    if (image) {
      // Some that cannot be decoded ahead, as vector graphics in some browsers, are there all the same.
      const failed = () => ended(element, item, image.naturalWidth > 0, true)
      image.decode().then(() => ended(element, item, true, true), failed)
      return
    }
    apply(element)
    // Media load when they are played; a frame says when it is there.
    if (!(element instanceof HTMLIFrameElement)) return loaded(element, item)
    element.addEventListener('load', () => ended(element, item, true, false), { once: true })
  }

  function ended(element: HTMLElement, item: number, well: boolean, apart: boolean): void {
    // It was removed meanwhile, or everything was.
    if (items[item] !== element) return
    if (well) {
      if (apart) apply(element)
      loaded(element, item)
    } else {
      engine.lazy_failed(loader, item, performance.now())
    }
    pump()
  }

  function loaded(element: HTMLElement, item: number): void {
    engine.lazy_loaded(loader, item)
    drop(element, item)
    done.add(element)
    swapClass(element, classLoading, classLoaded)
    tell(onLoad, element)
  }

  function giveUp(element: HTMLElement): void {
    swapClass(element, classLoading, classError)
    tell(onError, element)
  }

  const mutations = new MutationObserver((records) => {
    for (const { removedNodes, addedNodes } of records) {
      for (const node of removedNodes) eachMatch(node, selector, forgetIfGone)
      for (const node of addedNodes) eachMatch(node, selector, observeIfThere)
    }
    pump()
  })

  function forgetIfGone(element: Element): void {
    const item = numbers.get(element)
    // One that was only moved is in the page again. One that is loaded stays known: it may come back.
    if (item === undefined || element.isConnected) return
    engine.lazy_remove(loader, item)
    drop(element, item)
  }

  function observeIfThere(element: Element): void {
    if (element.isConnected) observe(element)
  }

  function update(): void {
    for (const root of roots) eachMatch(root, selector, observe)
  }

  function network(): void {
    engine.lazy_online(loader, navigator.onLine)
    pump()
  }

  function destroy(): void {
    observer.disconnect()
    mutations.disconnect()
    clearTimeout(timer)
    removeEventListener('online', network)
    removeEventListener('offline', network)
    last ??= stats()
    engine.lazy_destroy(loader)
    items.length = 0
    roots = []
  }

  function stats(): LazyStats {
    const figures = statNames.map((name, which) => [name, engine.lazy_stat(loader, which)])
    return last ?? (Object.fromEntries(figures) as unknown as LazyStats)
  }

  network()
  addEventListener('online', network)
  addEventListener('offline', network)
  for (const element of elements) observe(element)
  update()
  for (const root of roots) mutations.observe(root, { childList: true, subtree: true })

  return { update, destroy, stats }
}

/** From the middle of the element to the middle of what is looked at, in px along both axes. */
function distance({ boundingClientRect: rect, rootBounds: bounds }: IntersectionObserverEntry): number {
  // The margin is part of the bounds, but the same on both sides of the middle.
  const { left, right, top, bottom } = bounds ?? { left: 0, right: 0, top: 0, bottom: 0 }
  return Math.abs(rect.left + rect.right - left - right) / 2 + Math.abs(rect.top + rect.bottom - top - bottom) / 2
}

function swapClass(element: Element, from: string, to: string): void {
  if (from) element.classList.remove(from)
  if (to) element.classList.add(to)
}

/** Calls the page's function in a turn of its own: it may throw, and it may call the loader. */
function tell(f: ((element: HTMLElement) => void) | undefined, element: HTMLElement): void {
  if (f) queueMicrotask(() => f(element))
}
