// What of an element is lazy, and how it is put in.
import { background, imagesOf } from './background.js'

/** What decides how an image is asked for, beside its addresses. */
const manners = ['crossorigin', 'referrerpolicy', 'fetchpriority', 'sizes']

/** The images to load and decode apart from the page before it is put in. */
export function loadApart(element: HTMLElement): HTMLImageElement[] {
  if (element instanceof HTMLImageElement) return [copy(element)]
  const { poster } = element.dataset
  const images = imagesOf(background(element) ?? '')
  if (poster) images.push(Object.assign(new Image(), { src: poster }))
  return images
}

/** The image outside the page, with the sources of its picture. */
function copy(element: HTMLImageElement): HTMLImageElement {
  // Not a clone: that would have the page's ids, listeners and laziness, and nothing is near it out there.
  const image = new Image()
  for (const name of manners) {
    const value = element.getAttribute(name)
    if (value !== null) image.setAttribute(name, value)
  }
  const picture = element.parentNode
  if (picture instanceof HTMLPictureElement) {
    const copied = document.createElement('picture')
    for (const source of picture.querySelectorAll('source')) copied.append(source.cloneNode())
    for (const source of copied.children) uncover(source as HTMLElement, source as HTMLElement)
    copied.append(image)
  }
  uncover(element, image)
  return image
}

/** Puts what its `data-` attributes name where the page shows it. */
export function apply(element: HTMLElement): void {
  const picture = element.parentNode
  const parts = picture instanceof HTMLPictureElement ? picture : element instanceof HTMLMediaElement && element
  if (parts) for (const part of parts.querySelectorAll('source')) uncover(part, part)
  uncover(element, element)
  const { poster } = element.dataset
  if (poster !== undefined) element.setAttribute('poster', poster)
  const css = background(element)
  if (css !== undefined) element.style.backgroundImage = css
  if (element instanceof HTMLMediaElement) element.load()
}

/** Shows `address` in the place of what could not be loaded. */
export function applyInstead(element: HTMLElement, address: string): void {
  if (background(element) !== undefined) element.style.backgroundImage = `url("${address}")`
  else element.setAttribute(element instanceof HTMLMediaElement ? 'poster' : 'src', address)
}

function uncover({ dataset }: HTMLElement, to: HTMLElement): void {
  // The address comes last: by then the browser knows what to choose from.
  if (dataset.sizes) to.setAttribute('sizes', dataset.sizes)
  if (dataset.srcset) to.setAttribute('srcset', dataset.srcset)
  if (dataset.src) to.setAttribute('src', dataset.src)
}

/** The element that is loaded where this one is named: a picture's image; none for parts of others. */
export function loadable(element: Element): Element | null {
  if (element instanceof HTMLPictureElement) return element.querySelector('img')
  return element instanceof HTMLSourceElement ? null : element
}
