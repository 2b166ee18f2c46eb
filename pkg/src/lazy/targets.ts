// The elements that loaders know.

/** A loader, as the observers know it. */
export interface Owner {
  entered$(target: Target, entry: IntersectionObserverEntry): void
  /** Returns whether the element was near. */
  left$(target: Target): boolean
  /** All entries of this task were reported. */
  pump$(): void
}

/** An element that is not loaded. */
export interface Target {
  owner$: Owner
  element$: HTMLElement
  /** The index of its item in the engine; or `NOT_ENTERED` or `DECODING`. */
  item$: number
  isNear$?: boolean
  /** The detached images of its load. */
  images$?: HTMLImageElement[] | undefined
  /** Whether a load failed, which the engine remembers. */
  hasFailed$?: boolean
  /** Whether it is shown in part, because another part failed. */
  isPartial$?: boolean
}

/** Instead of an item: the element has not come near, or has left again before its load began. */
export const NOT_ENTERED = -1
/** Instead of an item: the image is loaded, and is being decoded. */
export const DECODING = -2

/** Instead of a target: the element is loaded. */
export const LOADED = 0

/** All elements that have a loader. An element has one loader. */
export const targets = new WeakMap<Element, Target | typeof LOADED>()
