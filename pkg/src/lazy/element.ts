// The lazy attributes of an element: loading what they name, and applying them.
import { backgroundOf, cssUrl, isPartlyVisible, loadImages } from './background.js'
import { parseImages } from './cssImages.js'
import { createImage, isMedia, isTag } from './dom.js'

/** The attributes, besides URLs, that affect the request of an image. */
const requestAttributes = ['crossorigin', 'referrerpolicy', 'fetchpriority', 'sizes']

/** Whether there is anything to load. */
export function hasResource(element: HTMLElement): boolean {
  // Most have a URL, and need not be asked for more.
  return !!(hasUrl(element) || element.dataset.poster || parseImages(backgroundOf(element) ?? '').images.length)
}

function hasUrl(element: HTMLElement): boolean {
  return elementsWithUrls(element).some(({ dataset: { src, srcset } }) => src || srcset)
}

/** Loads detached images, which are decoded before the element shows them. */
export function loadDetached(element: HTMLElement): HTMLImageElement[] {
  const { poster } = element.dataset
  const css = backgroundOf(element)
  const images = css ? loadImages(css, element) : []
  if (poster) images.push(Object.assign(createImage(element), { src: poster }))
  if (isTag(element, 'img') && hasUrl(element)) images.push(detachedCopy(element))
  return images
}

/** A detached copy of an image, with the sources of its picture. */
function detachedCopy(element: HTMLImageElement): HTMLImageElement {
  // Not a clone: that would have the id and `loading="lazy"` of the original, and a detached image never comes near.
  const image = createImage(element)
  for (const name of requestAttributes) {
    const value = element.getAttribute(name)
    if (value !== null) image.setAttribute(name, value)
  }
  const picture = image.ownerDocument.createElement('picture')
  for (const source of sourcesOf(element)) {
    const copy = source.cloneNode() as HTMLElement
    applyData(source, copy, element)
    picture.append(copy)
  }
  picture.append(image)
  applyData(element, image, element)
  return image
}

/** Sets the attributes and the background that the `data-` attributes describe. */
export function apply(element: HTMLElement): void {
  applyUrls(element)
  const { poster } = element.dataset
  if (poster) element.setAttribute('poster', poster)
  const css = backgroundOf(element)
  if (!css) return
  // Setting the same value would not load images that had failed.
  element.style.backgroundImage = ''
  element.style.backgroundImage = css
}

function applyUrls(element: HTMLElement): void {
  const elements = elementsWithUrls(element)
  // Media with the same URL go on playing.
  const isNew = (element: HTMLElement) => element.dataset.src && element.dataset.src !== element.getAttribute('src')
  if (isMedia(element) ? !elements.some(isNew) : !hasUrl(element)) return
  for (const each of elements) applyData(each, each, element as HTMLImageElement)
  if (isMedia(element)) element.load()
}

/**
 * Applies what is available without the images that failed or are late: a video without its poster, the loaded layers of a
 * background. Returns whether a background shows anything then.
 */
export function applyPartly(element: HTMLElement, images: HTMLImageElement[]): boolean {
  if (isMedia(element)) applyUrls(element)
  const css = backgroundOf(element)
  if (!css || !isPartlyVisible(css, images)) return false
  element.style.backgroundImage = css
  return true
}

/** Shows the error image `url` in place of the one that failed. */
export function applyError(element: HTMLElement, url: string): void {
  if (backgroundOf(element)) element.style.backgroundImage = cssUrl(url)
  else {
    // That of an earlier load would take precedence. It is not removed, which would load the element again.
    for (const each of elementsWithUrls(element)) if (each.dataset.srcset) (each as HTMLImageElement).srcset = ''
    element.setAttribute(isMedia(element) ? 'poster' : 'src', url)
  }
}

/** The sources of an image's picture, or of a media element. */
function sourcesOf(element: HTMLElement): HTMLElement[] {
  const picture = element.parentNode
  const parent = isTag(picture, 'picture') ? picture : isMedia(element) && element
  return parent ? [...parent.querySelectorAll('source')] : []
}

/** The element after its sources: the browser selects a source when the element gets its URL. */
export function elementsWithUrls(element: HTMLElement): HTMLElement[] {
  return [...sourcesOf(element), element]
}

/** Copies `data-src` and its like to the attributes of `to`; `image` is the one in the page. */
function applyData({ dataset }: HTMLElement, to: HTMLElement, image: HTMLImageElement): void {
  // Browsers support `auto` for lazy images in the page only. Elsewhere it would be the width of the viewport.
  const auto = to.isConnected && image.loading === 'lazy' ? 'auto, ' : ''
  const sizes = (dataset.sizes || to.getAttribute('sizes'))?.replace(/^\s*auto\b[^]*/i, () => `${auto}${widthOf(image)}px`)
  if (sizes) to.setAttribute('sizes', sizes)
  if (dataset.srcset) to.setAttribute('srcset', dataset.srcset)
  // The URL comes last, since it starts the load.
  if (dataset.src) to.setAttribute('src', dataset.src)
}

/** The displayed width of an image, in px. Without a URL an image may have none; then its ancestors tell how much room it has. */
function widthOf(image: HTMLImageElement): number {
  let { width } = image
  const attribute = Number(image.getAttribute('width')) || Infinity
  for (let parent = image.parentElement; !width && parent; parent = parent.parentElement) {
    width = Math.min(parent.clientWidth, attribute)
  }
  return width || innerWidth
}

/** The element to load: the image of a picture; of a source, the image or media around it. */
export function loadable(element: Element): HTMLElement | null {
  const holder = isTag(element, 'source') ? element.parentElement : element
  return isTag(holder, 'picture') ? holder.querySelector('img') : (holder as HTMLElement | null)
}
