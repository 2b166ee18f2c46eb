// Intersection observers: one for each root, margin and threshold, shared by all loaders.
import { targets, type Owner } from './targets.js'
import { lazy_margin } from '../rules/lazy.js'

/** Observes which elements are near. */
export interface Viewport {
  observe$(element: Element): void
  unobserve$(element: Element): void
  /** To be called by each loader when it ends. */
  leave$(): void
}

interface SharedViewport extends Viewport {
  root$: Element | Document | null
  key$: string
  /** The number of its loaders. */
  users$: number
}

interface Connection extends EventTarget {
  effectiveType?: string
  saveData?: boolean
}

const viewports = new Set<SharedViewport>()

/**
 * With more elements than this, only the closer ones are observed in every frame: Chromium computes the intersection of each
 * observed element in every frame with a layout, which takes 10 ms for 10,000 elements.
 */
const MAX_OBSERVED = 3000
/** Closer means within this many px outside the margin; for margins in per cent, a tenth of the number, in per cent. */
const CLOSE_MARGIN = 1000
/**
 * How often an observer of all elements determines the closer ones, in ms. It finds those that layout alone brought close.
 * Browsers that do not support `delay` do it in every frame.
 */
const SWEEP_DELAY = 2000
/** How long after something came near or left, as it does when the page is scrolled, we look for closer elements ourselves, in ms. */
const LOOK_DELAY = 250
/** We look at one element of this many, and take its neighbours to be where it is. */
const STRIDE = 10

/** The shared viewport. It is created for the first loader and removed after the last. */
export function viewportOf(
  root: Element | Document | null,
  margin: string,
  threshold: number | number[],
  adaptive: boolean,
): Viewport {
  const key = [margin, adaptive, threshold].join()
  for (const viewport of viewports) {
    if (viewport.root$ === root && viewport.key$ === key) {
      viewport.users$++
      return viewport
    }
  }

  const elements = new Set<Element>()
  const connection = adaptive ? (navigator as { connection?: Connection }).connection : undefined
  let scaledMargin = margin
  let close = createClose()
  /** Determines the elements that `close` observes, if there are many. */
  let far: IntersectionObserver | undefined
  let looking: ReturnType<typeof setTimeout> | undefined

  function createClose(): IntersectionObserver {
    if (connection) {
      const generation = /\d/.exec(connection.effectiveType!)
      const scale = lazy_margin(Number(generation), !!connection.saveData)
      scaledMargin = margin.replace(/([\d.]+)px/g, (_, px) => `${px * scale}px`)
    }
    return new IntersectionObserver(handleEntries, { root, rootMargin: scaledMargin, threshold })
  }

  function createFar(): IntersectionObserver {
    const rootMargin = scaledMargin.replace(
      /([-\d.]+)(px|%)?/g,
      (_, size, unit = 'px') => +size + (unit === '%' ? CLOSE_MARGIN / 10 : CLOSE_MARGIN) + unit,
    )
    const observer = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          if (elements.has(target)) close[isIntersecting ? 'observe' : 'unobserve'](target)
        }
      },
      { root, rootMargin, delay: SWEEP_DELAY } as IntersectionObserverInit,
    )
    // It also finds out which of those that are observed already need not be.
    for (const element of elements) observer.observe(element)
    return observer
  }

  function observe(element: Element): void {
    elements.add(element)
    if (far) far.observe(element)
    else if (elements.size > MAX_OBSERVED) far = createFar()
    else close.observe(element)
  }

  function handleEntries(entries: IntersectionObserverEntry[]): void {
    const changed = new Set<Owner>()
    for (const entry of entries) {
      const target = targets.get(entry.target)
      if (!target) continue
      const { owner$: owner } = target
      if (!entry.isIntersecting) {
        if (!owner.left$(target)) continue
      } else owner.entered$(target, entry)
      changed.add(owner)
    }
    for (const owner of changed) owner.pump$()
    const bounds = entries[0]!.rootBounds
    if (changed.size > 0 && far) looking ??= setTimeout(look, LOOK_DELAY, bounds)
  }

  /** Observes the closer elements, by their positions: an observer of all of them takes ten times as long. */
  function look(bounds: DOMRectReadOnly | null): void {
    looking = undefined
    const all = [...elements]
    for (let i = 0; i < all.length; i += STRIDE) {
      // From the middle of the screen, this is a screen farther than its border.
      if (distance(all[i]!.getBoundingClientRect(), bounds) > innerWidth + innerHeight) continue
      for (const element of all.slice(Math.max(i - STRIDE, 0), i + STRIDE)) close.observe(element)
    }
  }

  function handleConnectionChange(): void {
    const before = scaledMargin
    const next = createClose()
    if (scaledMargin === before) return
    disconnect()
    close = next
    elements.forEach(observe)
  }

  function disconnect(): void {
    close.disconnect()
    far?.disconnect()
    far = undefined
  }

  connection?.addEventListener?.('change', handleConnectionChange)
  const viewport: SharedViewport = {
    root$: root,
    key$: key,
    users$: 1,
    observe$: observe,
    unobserve$(element) {
      elements.delete(element)
      close.unobserve(element)
      far?.unobserve(element)
    },
    leave$() {
      if (--viewport.users$) return
      disconnect()
      connection?.removeEventListener?.('change', handleConnectionChange)
      viewports.delete(viewport)
    },
  }
  viewports.add(viewport)
  return viewport
}

/** The distance of `rect` from the middle of `bounds`, in px along both axes; 0 if it covers the middle. */
export function distance(rect: DOMRectReadOnly, bounds: DOMRectReadOnly | null | undefined): number {
  const gap = (start: number, end: number, middle: number) => Math.max(start - middle, middle - end, 0)
  // An observer's bounds include the root margin. Equal margins do not move the middle.
  const { left, right, top, bottom } = bounds ?? { left: 0, right: innerWidth, top: 0, bottom: innerHeight }
  return gap(rect.left, rect.right, (left + right) / 2) + gap(rect.top, rect.bottom, (top + bottom) / 2)
}
