// What of an element is lazy, and how it is put in.
import { background, imagesOf, showsWithout, url } from './background.js'
import { read } from './css.js'
import { imageNear, is, isMedia } from './is.js'

/** What decides how an image is asked for, beside its addresses. */
const manners = ['crossorigin', 'referrerpolicy', 'fetchpriority', 'sizes']

/** Whether there is anything to load. */
export function hasMore(element: HTMLElement): boolean {
  const css = background(element)
  return hasAddress(element) || !!element.dataset.poster || (!!css && read(css).choices.length > 0)
}

function hasAddress(element: HTMLElement): boolean {
  return partsOf(element).some(({ dataset: { src, srcset } }) => src || srcset)
}

/** The images to load and decode apart from the page before it is put in. */
export function loadApart(element: HTMLElement): HTMLImageElement[] {
  const { poster } = element.dataset
  const images = imagesOf(background(element) ?? '', element)
  if (poster) images.push(Object.assign(imageNear(element), { src: poster }))
  if (is(element, 'img') && hasAddress(element)) images.push(copy(element))
  return images
}

/** The image outside the page, with the sources of its picture. */
function copy(element: HTMLImageElement): HTMLImageElement {
  // Not a clone: that would have the page's ids, listeners and laziness, and nothing is near it out there.
  const image = imageNear(element)
  for (const name of manners) {
    const value = element.getAttribute(name)
    if (value !== null) image.setAttribute(name, value)
  }
  const sources = sourcesOf(element)
  if (sources.length > 0) {
    const copied = image.ownerDocument.createElement('picture')
    for (const source of sources) copied.append(source.cloneNode())
    for (const source of copied.children) uncover(source as HTMLElement, source as HTMLElement, element)
    copied.append(image)
  }
  uncover(element, image, element)
  return image
}

/** Puts what its `data-` attributes name where the page shows it. */
export function apply(element: HTMLElement): void {
  applyAddresses(element)
  const { poster } = element.dataset
  if (poster) element.setAttribute('poster', poster)
  const css = background(element)
  if (!css) return
  // Set to what it is already, it would not be asked for again where a part of it had failed.
  element.style.backgroundImage = ''
  element.style.backgroundImage = css
}

function applyAddresses(element: HTMLElement): void {
  const media = isMedia(element) && element
  const parts = partsOf(element)
  // What plays, plays on.
  const isNew = (part: HTMLElement) => part.dataset.src && part.dataset.src !== part.getAttribute('src')
  if (media ? !parts.some(isNew) : !hasAddress(element)) return
  for (const part of parts) uncover(part, part, element as HTMLImageElement)
  if (media) media.load()
}

/**
 * Puts in what there is without what failed, or is late: a video whose poster is missing, layers of a background that
 * are there. Whether anything of that is to be seen.
 */
export function applyRest(element: HTMLElement, images: HTMLImageElement[]): boolean {
  if (isMedia(element)) applyAddresses(element)
  const css = background(element)
  if (!css || !showsWithout(css, images)) return false
  element.style.backgroundImage = css
  return true
}

/** Shows `address` in the place of what could not be loaded. */
export function applyInstead(element: HTMLElement, address: string): void {
  if (background(element)) element.style.backgroundImage = url(address)
  else element.setAttribute(isMedia(element) ? 'poster' : 'src', address)
}

/** The sources of a picture's image, or of media. */
function sourcesOf(element: HTMLElement): HTMLElement[] {
  const picture = element.parentNode
  const parent = is(picture, 'picture') ? picture : isMedia(element) && element
  return parent ? [...parent.querySelectorAll('source')] : []
}

/** What has addresses; the element comes last, for by then the browser knows what to choose from. */
function partsOf(element: HTMLElement): HTMLElement[] {
  return [...sourcesOf(element), element]
}

/** `image` is the one in the page. */
function uncover({ dataset }: HTMLElement, to: HTMLElement, image: HTMLImageElement): void {
  // The browser's own `auto` counts for lazy images in the page alone; everywhere else it is all of the screen.
  const auto = to.isConnected && image.loading === 'lazy' ? 'auto, ' : ''
  const sizes = (dataset.sizes || to.getAttribute('sizes'))?.replace(/^\s*auto\b[^]*/i, () => `${auto}${widthOf(image)}px`)
  if (sizes) to.setAttribute('sizes', sizes)
  if (dataset.srcset) to.setAttribute('srcset', dataset.srcset)
  // The address comes last, too.
  if (dataset.src) to.setAttribute('src', dataset.src)
}

/** How wide an image is shown, in px. Some are shown as nothing until they have an address: those have room around them. */
function widthOf(image: HTMLImageElement): number {
  let { width } = image
  const own = Number(image.getAttribute('width')) || Infinity
  for (let around = image.parentElement; !width && around; around = around.parentElement) width = Math.min(around.clientWidth, own)
  return width || innerWidth
}

/** The element that is loaded where this one is named: a picture's image; none for parts of others. */
export function loadable(element: Element): Element | null {
  if (is(element, 'picture')) return element.querySelector('img')
  return is(element, 'source') ? null : element
}
