// The engine's loader in a page: what is seen goes in, what is to be done is done.
import { watchLayout } from './development.js'
import { apply, applyInstead, applyRest, hasMore, loadApart, loadable } from './element.js'
import { is } from './is.js'
import { followLcp, lazyLcp } from './lcp.js'
import { marginOf, statNames, type Lazy, type LazyOptions, type LazyStats } from './options.js'
import { showPlaceholder } from './thumbhash.js'
import { together } from './together.js'
import { ARRIVED, FAR, LOADED, distance, owners, viewportOf, type Owner } from './viewport.js'
import { eachMatch, watch } from './watch.js'
import { guarded, standIn } from '../wasm.js'
import type { wasm } from './wasm.js'

/** What `lazy_poll` says beside items. */
const NOTHING = -1
const MEASURE = -2

/** What is to be loaded: elements that are given, or what matches in roots. */
export interface Wanted {
  given: Element[]
  roots: Node[]
  selector: string
}

/** Loads what is wanted, now and later, when it comes near. */
export function drive(module: ReturnType<typeof wasm>, wanted: Wanted, debug: boolean, options: LazyOptions): Lazy {
  const { classLoading = 'loading', classLoaded = 'loaded', classError = 'error', classEntered, classExited } = options
  const { onEnter, onExit, onLoading, onLoad, onError, onFinish, root } = options
  const { threshold = 0, adaptive = true } = options
  let broken = false
  const engine = guarded(module, () => {
    // Then pictures are there, and no longer lazy.
    broken = true
    queueMicrotask(loadAll)
    return standIn({ lazy_poll: () => NOTHING, lazy_deadline: () => NOTHING })
  })
  const viewport = viewportOf(engine, root, marginOf(options), threshold, adaptive)
  const { maxConcurrent = NaN, retries = NaN, timeout: place = NaN } = options
  const loader = engine.lazy_create(maxConcurrent, retries, place, Math.random() * 2 ** 32)
  const waiting = new Map<Element, number>()
  /** By the numbers of the engine's items. An element is one from when it first came near. */
  const items: (HTMLElement | undefined)[] = []
  /** What each waits for until it is put in: a load may end after its element was given something else. */
  const loads = new Map<Element, HTMLImageElement[]>()
  /** Those of which a part is shown, for another failed. */
  const partial = new WeakSet<Element>()
  /** Those that may be in the engine's queue. */
  const near = new Set<number>()
  const given = new WeakSet(wanted.given)
  let { roots, selector } = wanted
  if (wanted.given.length > 0) {
    roots = [...new Set(wanted.given.map((element) => (element.isConnected ? element.getRootNode() : document)))]
    selector = '*'
  }
  /** Loaded past the engine. */
  let atOnce = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let deadline = NOTHING
  /** The figures, once it was destroyed. */
  let last: LazyStats | undefined

  const owner: Owner = {
    waiting,
    entered({ target, boundingClientRect, rootBounds }) {
      const element = target as HTMLElement
      let item = waiting.get(element)!
      // Said in the turn in which it arrived.
      if (item === ARRIVED) return
      if (item === FAR) {
        if (!hasMore(element)) {
          swapClass(element, classExited, classEntered)
          tell(onEnter, element)
          return pass(element)
        }
        item = engine.lazy_add(loader)
        waiting.set(element, item)
        items[item] = element
        showPlaceholder(module, element, debug)
      }
      near.add(item)
      engine.lazy_enter(loader, item, distance(boundingClientRect, rootBounds), performance.now())
      swapClass(element, classExited, classEntered)
      tell(onEnter, element)
    },
    left(element) {
      const item = waiting.get(element)!
      if (!near.delete(item)) return false
      engine.lazy_leave(loader, item)
      swapClass(element, classEntered, classExited)
      // What failed is not tried again out there.
      if (!loads.has(element)) swapClass(element, classLoading, undefined)
      tell(onExit, element as HTMLElement)
      return true
    },
    pump,
  }

  function observe(found: Element): void {
    const element = loadable(found)
    if (!element || owners.has(element)) return
    owners.set(element, owner)
    waiting.set(element, FAR)
    if (broken) loadNow(element)
    else viewport.observe(element)
  }

  function release(item: number): void {
    items[item] = undefined
    near.delete(item)
  }

  /** Lets go of an element, whatever it is doing. */
  function drop(element: Element, item: number): void {
    if (item >= 0) {
      release(item)
      engine.lazy_remove(loader, item)
    }
    loads.delete(element)
    owners.delete(element)
    waiting.delete(element)
    viewport.unobserve(element)
  }

  /** Does what the engine asks for, until it asks for nothing. */
  function pump(): void {
    if (last) return
    const now = performance.now()
    for (let effect; (effect = engine.lazy_poll(loader, now)) !== NOTHING; ) {
      if (effect === MEASURE) measure(now)
      else {
        const item = effect >>> 2
        const element = items[item]!
        if (effect & 1) giveUp(element)
        else if (effect & 2) applyRest(element, loads.get(element) ?? [])
        else load(element, item)
      }
    }
    const next = engine.lazy_deadline(loader)
    if (next === deadline) return
    clearTimeout(timer)
    deadline = next
    // Browsers fire at once what is further away.
    if (next !== NOTHING) timer = setTimeout(timeout, Math.min(next - now, 2 ** 31 - 1))
  }

  function timeout(): void {
    deadline = NOTHING
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
    tell(onLoading, element)
    const settled = debug ? watchLayout(element) : undefined
    const apart = loadApart(element)
    loads.set(element, apart)
    const fetched = () => {
      if (loads.get(element) !== apart) return
      // Decoding takes a frame or two, in which the next ones can be asked for.
      arrived(element, item)
      pump()
      together(apart, () => {
        if (loads.get(element) !== apart) return
        if (apart.length > 0) apply(element)
        finish(element)
        settled?.()
      })
    }
    const failed = () => {
      if (loads.get(element) !== apart) return
      loads.delete(element)
      partial[applyRest(element, apart) ? 'add' : 'delete'](element)
      if (!near.has(item)) swapClass(element, classLoading, undefined)
      engine.lazy_failed(loader, item, performance.now())
      pump()
    }
    if (apart.length > 0) {
      // All of them: what shows of several depends on which failed.
      void Promise.all(apart.map(fetch)).then((ends) => (ends.every(Boolean) ? fetched() : failed()))
      return
    }
    apply(element)
    // A frame says when it is there; media load when they are played.
    if (is(element, 'iframe')) return element.addEventListener('load', fetched, { once: true })
    arrived(element, item)
    finish(element)
  }

  /** Its bytes are there; for the engine that is all. */
  function arrived(element: Element, item: number): void {
    engine.lazy_loaded(loader, item)
    release(item)
    waiting.set(element, ARRIVED)
    viewport.unobserve(element)
  }

  function finish(element: HTMLElement): void {
    drop(element, ARRIVED)
    owners.set(element, LOADED)
    swapClass(element, classLoading, classLoaded)
    tell(onLoad, element)
    if (waiting.size === 0 && onFinish) queueMicrotask(onFinish)
  }

  function giveUp(element: HTMLElement): void {
    const instead = element.dataset.error ?? options.error
    if (instead && !partial.has(element)) applyInstead(element, instead)
    swapClass(element, classLoading, classError)
    tell(onError, element)
  }

  const unwatch = watch(roots, selector, {
    added: (element) => accepts(element) && observe(element),
    removed(element) {
      const item = waiting.get(element)
      // One that is loaded stays known: it may come back.
      if (item !== undefined) drop(element, item)
    },
    changed(element) {
      const item = waiting.get(element)
      // What never came near has begun nothing.
      if (item === FAR && accepts(element)) return
      if (item !== undefined) drop(element, item)
      if (!accepts(element)) return
      if (owners.get(element) === LOADED) owners.delete(element)
      observe(element)
    },
    done: pump,
  })

  function accepts(element: Element): boolean {
    return selector === '*' ? given.has(element) : element.matches(selector)
  }

  function update(): void {
    if (last) return
    for (const element of wanted.given) observe(element)
    if (selector !== '*') for (const root of roots) eachMatch(root, selector, observe)
  }

  /** Loads what there is no time to load well. */
  function loadNow(element: Element): void {
    const item = waiting.get(element)
    if (item === undefined) return
    drop(element, item)
    const html = element as HTMLImageElement
    if (html.loading === 'lazy') html.loading = 'eager'
    if (item !== ARRIVED) pass(html)
    else {
      apply(html)
      finish(html)
    }
  }

  /** Puts in what the engine need not know of. */
  function pass(element: HTMLElement): void {
    apply(element)
    atOnce++
    finish(element)
  }

  function loadAll(): void {
    for (const element of [...waiting.keys()]) loadNow(element)
  }

  function network(): void {
    engine.lazy_online(loader, navigator.onLine)
    pump()
  }

  function shown({ persisted }: PageTransitionEvent): void {
    // From the back/forward cache: what was under way may have been cut off, and failed.
    if (persisted) engine.lazy_resumed(loader)
    network()
  }

  const print = globalThis.matchMedia?.('print')
  const printing = () => print?.matches && loadAll()
  const hear = (each: 'addEventListener' | 'removeEventListener') => {
    globalThis[each]('online', network)
    globalThis[each]('offline', network)
    globalThis[each]('pageshow', shown as EventListener)
    globalThis[each]('beforeprint', loadAll)
    print?.[each]?.('change', printing)
  }

  function destroy(): void {
    if (last) return
    last = stats()
    unwatch()
    hear('removeEventListener')
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
    if (last) return last
    const [loading, loaded, failed, retried, cancelled] = statNames.map((_, which) => engine.lazy_stat(loader, which))
    return { pending: waiting.size, loading, loaded: loaded! + atOnce, failed, retried, cancelled, lcp: lazyLcp() } as LazyStats
  }

  viewport.join(owner)
  followLcp(debug)
  update()
  hear('addEventListener')
  network()

  return { update, load: (element) => (element ? loadNow(element) : loadAll()), destroy, stats }
}

/** Whether an image could be loaded, once that is known. */
function fetch(image: HTMLImageElement): Promise<boolean> {
  return new Promise((resolve) => {
    image.onload = () => resolve(true)
    image.onerror = () => resolve(false)
    // Of the sources of a picture none may fit: browsers choose at the end of the turn, and then say nothing.
    queueMicrotask(() => image.complete && !image.currentSrc && !image.getAttribute('src') && resolve(true))
  })
}

function swapClass(element: Element, from: string | undefined, to: string | undefined): void {
  if (from) element.classList.remove(from)
  if (to) element.classList.add(to)
}

/** Calls the page's function in a turn of its own: it may throw, and it may call the loader. */
function tell(f: ((element: HTMLElement) => void) | undefined, element: HTMLElement): void {
  if (f) queueMicrotask(() => f(element))
}
