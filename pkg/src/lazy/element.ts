// What of an element is lazy, and how it is put in.

/** The image to load and decode apart from the page; `undefined` where the element itself has to load. */
export function loadApart(element: HTMLElement): HTMLImageElement | undefined {
  if (element instanceof HTMLImageElement) {
    const image = copy(element)
    // Outside the page nothing ever comes near, and the browser's own laziness would wait for ever.
    image.loading = 'eager'
    uncover(image)
    return image
  }
  const { bg, poster } = element.dataset
  const address = bg ?? poster
  if (address === undefined) return undefined
  const image = new Image()
  image.src = address
  return image
}

/** The image outside the page, with the sources of its picture. */
function copy(image: HTMLImageElement): HTMLImageElement {
  const picture = image.parentNode
  if (!(picture instanceof HTMLPictureElement)) return image.cloneNode() as HTMLImageElement
  const copied = picture.cloneNode(true) as HTMLPictureElement
  for (const child of copied.children) uncover(child)
  return copied.querySelector('img')!
}

/** Puts what its `data-` attributes name where the page shows it. */
export function apply(element: HTMLElement): void {
  const picture = element.parentNode
  if (picture instanceof HTMLPictureElement) for (const child of picture.children) uncover(child)
  const media = element instanceof HTMLMediaElement
  if (media) for (const child of element.children) uncover(child)
  uncover(element)
  const { bg, poster } = element.dataset
  if (poster !== undefined) element.setAttribute('poster', poster)
  if (bg !== undefined) element.style.backgroundImage = `url("${bg}")`
  if (media) element.load()
}

function uncover(element: Element): void {
  // The address comes last: by then the browser knows what to choose from.
  for (const name of ['sizes', 'srcset', 'src']) {
    const value = (element as HTMLElement).dataset[name]
    if (value !== undefined) element.setAttribute(name, value)
  }
}

/** Whether it is a part of another lazy element. */
export function isPart(element: Element): boolean {
  return element instanceof HTMLSourceElement
}

/** Calls `f` with `root` where it matches, and with all in it that do. */
export function eachMatch(root: Node, selector: string, f: (element: HTMLElement) => void): void {
  if (root instanceof Element && root.matches(selector)) f(root as HTMLElement)
  if ('querySelectorAll' in root) for (const element of (root as ParentNode).querySelectorAll(selector)) f(element as HTMLElement)
}
