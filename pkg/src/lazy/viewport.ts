// Who looks at what: one observer for each root and margin, however many loaders and elements there are.
import type { wasm } from './wasm.js'

/** A loader, as the observers see it. */
export interface Owner {
  /** Its elements that are not shown yet, and their items; `FAR` for those that never came near. */
  waiting: Map<Element, number>
  entered(entry: IntersectionObserverEntry): void
  /** Whether it was near. */
  left(element: Element): boolean
  /** All of this turn was said. */
  pump(): void
}

export const FAR = -1
/** In the place of an item: its bytes are there, and are being decoded. */
export const ARRIVED = -2

/** The loader of each element that waits; `LOADED` for those that are. An element has one loader. */
export const owners = new WeakMap<Element, Owner | typeof LOADED>()
export const LOADED = 0

/** Sees elements come near and go away. */
export interface Viewport {
  observe(element: Element): void
  unobserve(element: Element): void
  /** The elements of this loader are looked at anew when the margin changes. */
  join(owner: Owner): void
  leave(owner: Owner): void
}

interface Connection extends EventTarget {
  effectiveType?: string
  saveData?: boolean
}

const page = {}
const viewports = new WeakMap<object, Map<string, Viewport>>()

/**
 * Of more elements than that only the closer ones are watched closely: Chromium computes where each observed element
 * is in every frame in which the layout changed, 10 ms for 10,000 of them.
 */
const MANY = 3000
/** Closer is what is within so many px of the margin, or a tenth of that in per cent where the margin is. */
const CLOSE = 1000
/** What is not is looked at every so many ms, where browsers know `delay`, and in every frame where they do not. */
const DELAY = 250

/** The one for these; it is made with the first loader and ends with the last. */
export function viewportOf(
  engine: ReturnType<typeof wasm>,
  root: Element | Document | null | undefined,
  margin: string,
  threshold: number | number[],
  adaptive: boolean,
): Viewport {
  const place = root ?? page
  const name = [margin, adaptive, threshold].join()
  let here = viewports.get(place)
  if (!here) viewports.set(place, (here = new Map()))
  let viewport = here.get(name)
  if (!viewport) here.set(name, (viewport = create(() => here.delete(name))))
  return viewport

  function create(ended: () => void): Viewport {
    const joined = new Set<Owner>()
    const connection = adaptive ? (navigator as { connection?: Connection }).connection : undefined
    let current = margin
    let close = make()
    /** Tells what to watch closely, if there is much. */
    let far: IntersectionObserver | undefined

    function make(): IntersectionObserver {
      if (connection) {
        const generation = parseInt(connection.effectiveType?.replace('slow-', '') ?? '')
        const scale = engine.lazy_margin(generation, !!connection.saveData)
        current = margin.replace(/([\d.]+)px/g, (_, px) => `${px * scale}px`)
      }
      return new IntersectionObserver(seen, { root: root ?? null, rootMargin: current, threshold })
    }

    function makeFar(): IntersectionObserver {
      const rootMargin = current.replace(/([-\d.]+)(px|%)?/g, (_, size, unit = 'px') => +size + (unit === '%' ? CLOSE / 10 : CLOSE) + unit)
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
      for (const { waiting } of joined) count += waiting.size
      if (count > MANY) (far ??= makeFar()).observe(element)
      else close.observe(element)
    }

    function seen(entries: IntersectionObserverEntry[]): void {
      const told = new Set<Owner>()
      for (const entry of entries) {
        const owner = owners.get(entry.target)
        if (!owner) continue
        if (!entry.isIntersecting) {
          if (!owner.left(entry.target)) continue
        } else owner.entered(entry)
        told.add(owner)
      }
      for (const owner of told) owner.pump()
    }

    function changed(): void {
      const before = current
      const next = make()
      if (current === before) return next.disconnect()
      disconnect()
      close = next
      for (const { waiting } of joined) for (const [element, item] of waiting) if (item !== ARRIVED) observe(element)
    }

    function disconnect(): void {
      close.disconnect()
      far?.disconnect()
      far = undefined
    }

    connection?.addEventListener?.('change', changed)
    return {
      observe,
      unobserve(element) {
        close.unobserve(element)
        far?.unobserve(element)
      },
      join: (owner) => joined.add(owner),
      leave(owner) {
        joined.delete(owner)
        if (joined.size > 0) return
        disconnect()
        connection?.removeEventListener?.('change', changed)
        ended()
      },
    }
  }
}

/** How far `rect` is from the middle of what is looked at, in px along both axes: 0 where it covers it. */
export function distance(rect: DOMRectReadOnly, bounds: DOMRectReadOnly | null): number {
  const gap = (from: number, to: number, middle: number) => Math.max(from - middle, middle - to, 0)
  // The margin is part of an observer's bounds, but the same on both sides of the middle.
  const { left, right, top, bottom } = bounds ?? { left: 0, right: innerWidth, top: 0, bottom: innerHeight }
  return gap(rect.left, rect.right, (left + right) / 2) + gap(rect.top, rect.bottom, (top + bottom) / 2)
}
