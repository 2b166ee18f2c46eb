// Intersection observers: one for each root, margin and threshold, shared by all loaders.
import type { Engine } from './wasm.js'

/** A loader, as the observers know it. */
export interface Owner {
  /** Its elements that are not loaded, and the indexes of their items, or `NOT_ENTERED` or `DECODING`. */
  waiting: Map<Element, number>
  entered(entry: IntersectionObserverEntry): void
  /** Returns whether the element was near. */
  left(element: Element): boolean
  /** All entries of this task were reported. */
  pump(): void
}

/** Instead of an item: the element has not come near yet. */
export const NOT_ENTERED = -1
/** Instead of an item: the image is loaded, and is being decoded. */
export const DECODING = -2

/** The loader of each element that waits; `LOADED` for a loaded element. An element has one loader. */
export const owners = new WeakMap<Element, Owner | typeof LOADED>()
export const LOADED = 0

/** Observes which elements are near. */
export interface Viewport {
  observe(element: Element): void
  unobserve(element: Element): void
  /** The elements of this loader are observed again when the margin changes. */
  join(owner: Owner): void
  leave(owner: Owner): void
}

interface Connection extends EventTarget {
  effectiveType?: string
  saveData?: boolean
}

/** The key for loaders without a root. */
const noRoot = {}
const viewports = new WeakMap<object, Map<string, Viewport>>()

/**
 * With more elements than this, only the closer ones are observed in every frame: Chromium computes the intersection of each
 * observed element in every frame with a layout, which takes 10 ms for 10,000 elements.
 */
const MAX_OBSERVED = 3000
/** Closer means within this many px outside the margin; for margins in per cent, a tenth of the number, in per cent. */
const CLOSE_MARGIN = 1000
/** How often the closer elements are determined, in ms. Browsers that do not support `delay` do it in every frame. */
const DELAY = 250

/** The shared viewport. It is created for the first loader and removed after the last. */
export function viewportOf(
  engine: Engine,
  root: Element | Document | null | undefined,
  margin: string,
  threshold: number | number[],
  adaptive: boolean,
): Viewport {
  const rootKey = root ?? noRoot
  const key = [margin, adaptive, threshold].join()
  let ofRoot = viewports.get(rootKey)
  if (!ofRoot) viewports.set(rootKey, (ofRoot = new Map()))
  let viewport = ofRoot.get(key)
  if (!viewport) ofRoot.set(key, (viewport = create(() => ofRoot.delete(key))))
  return viewport

  function create(onUnused: () => void): Viewport {
    const loaders = new Set<Owner>()
    const connection = adaptive ? (navigator as { connection?: Connection }).connection : undefined
    let scaledMargin = margin
    let close = createClose()
    /** Determines the elements that `close` observes, if there are many. */
    let far: IntersectionObserver | undefined

    function createClose(): IntersectionObserver {
      if (connection) {
        const generation = parseInt(connection.effectiveType?.replace('slow-', '') ?? '')
        const scale = engine.lazy_margin(generation, +!!connection.saveData)
        scaledMargin = margin.replace(/([\d.]+)px/g, (_, px) => `${px * scale}px`)
      }
      return new IntersectionObserver(handleEntries, { root: root ?? null, rootMargin: scaledMargin, threshold })
    }

    function createFar(): IntersectionObserver {
      const rootMargin = scaledMargin.replace(
        /([-\d.]+)(px|%)?/g,
        (_, size, unit = 'px') => +size + (unit === '%' ? CLOSE_MARGIN / 10 : CLOSE_MARGIN) + unit,
      )
      return new IntersectionObserver(
        (entries) => {
          for (const { target, isIntersecting } of entries) {
            if (owners.get(target)) close[isIntersecting ? 'observe' : 'unobserve'](target)
          }
        },
        { root: root ?? null, rootMargin, delay: DELAY } as IntersectionObserverInit,
      )
    }

    function observe(element: Element): void {
      let count = 0
      for (const { waiting } of loaders) count += waiting.size
      if (count > MAX_OBSERVED) (far ??= createFar()).observe(element)
      else close.observe(element)
    }

    function handleEntries(entries: IntersectionObserverEntry[]): void {
      const changed = new Set<Owner>()
      for (const entry of entries) {
        const owner = owners.get(entry.target)
        if (!owner) continue
        if (!entry.isIntersecting) {
          if (!owner.left(entry.target)) continue
        } else owner.entered(entry)
        changed.add(owner)
      }
      for (const owner of changed) owner.pump()
    }

    function handleConnectionChange(): void {
      const before = scaledMargin
      const next = createClose()
      if (scaledMargin === before) return next.disconnect()
      disconnect()
      close = next
      for (const { waiting } of loaders) for (const [element, item] of waiting) if (item !== DECODING) observe(element)
    }

    function disconnect(): void {
      close.disconnect()
      far?.disconnect()
      far = undefined
    }

    connection?.addEventListener?.('change', handleConnectionChange)
    return {
      observe,
      unobserve(element) {
        close.unobserve(element)
        far?.unobserve(element)
      },
      join: (owner) => loaders.add(owner),
      leave(owner) {
        loaders.delete(owner)
        if (loaders.size > 0) return
        disconnect()
        connection?.removeEventListener?.('change', handleConnectionChange)
        onUnused()
      },
    }
  }
}

/** The distance of `rect` from the middle of `bounds`, in px along both axes; 0 if it covers the middle. */
export function distance(rect: DOMRectReadOnly, bounds: DOMRectReadOnly | null): number {
  const gap = (start: number, end: number, middle: number) => Math.max(start - middle, middle - end, 0)
  // An observer's bounds include the root margin. Equal margins do not move the middle.
  const { left, right, top, bottom } = bounds ?? { left: 0, right: innerWidth, top: 0, bottom: innerHeight }
  return gap(rect.left, rect.right, (left + right) / 2) + gap(rect.top, rect.bottom, (top + bottom) / 2)
}
