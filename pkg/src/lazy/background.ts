// Background images, by the attributes of vanilla-lazyload and lozad.
import { parseImages, serialized, type Candidates } from './cssImages.js'
import { createImage } from './dom.js'

/** Image sets, separated by bars. Bars in strings and URLs do not count. */
const SETS = /(?:(["'])(?:\\[^]|(?!\1)[^\\])*\1|\([^"')]*\)|[^|])+/g

/** The `background-image` that the attributes of an element describe. */
export function backgroundOf({ dataset }: HTMLElement): string | undefined {
  const { bg, bgSet, bgMulti, bgHidpi, bgMultiHidpi, backgroundImage, backgroundImageSet, backgroundDelimiter } = dataset
  const set = bgSet || backgroundImageSet
  if (set)
    return set
      .match(SETS)!
      .map((set) => `image-set(${set})`)
      .join()
  const isHidpi = devicePixelRatio > 1
  const list = backgroundImage || (isHidpi && bgMultiHidpi) || bgMulti
  const value = list || (isHidpi && bgHidpi) || bg
  if (!value?.trim()) return undefined
  // A CSS value contains a parenthesis or is one word, such as `none`. Many URLs are like that too, but the browser does
  // not accept them as CSS.
  if (/\(|^\s*[-\w]+\s*$/.test(value) && serialized(value)) return value
  return (list ? value.split(backgroundDelimiter || ',') : [value]).map(cssUrl).join()
}

/** Loads each image that `css` shows on this element; of an image set, the one for this screen. */
export function loadImages(css: string, element: Element): HTMLImageElement[] {
  return parseImages(css).images.map((candidates) => load(candidates, createImage(element)))
}

/** Whether `css` shows anything: a layer that is not one of these images, or one of them that is loaded. */
export function isPartlyVisible(css: string, images: HTMLImageElement[]): boolean {
  return parseImages(css).layers > images.length || images.some((image) => image.complete && image.naturalWidth > 0)
}

function load(candidates: Candidates, image: HTMLImageElement): HTMLImageElement {
  const { ownerDocument } = image
  const [{ url, type }] = candidates as [Candidates[0]]
  if (candidates.length < 2 && !type) return Object.assign(image, { src: url })
  // Only the browser knows which types it supports.
  const picture = ownerDocument.createElement('picture')
  for (const { url, type } of candidates) {
    const { href } = Object.assign(ownerDocument.createElement('a'), { href: url })
    // In `srcset`, a space ends a URL, and a comma at its end is not part of it. `data:` URLs may contain both.
    const srcset = href.replace(/\s/g, encodeURIComponent).replace(/,$/, ',#')
    picture.append(Object.assign(ownerDocument.createElement('source'), { srcset, ...(type && { type }) }))
  }
  picture.append(image)
  return image
}

/** A URL as a CSS `url()`. */
export function cssUrl(url: string): string {
  return `url("${url.trim().replace(/["\\\n\r\f]/g, (character) => `\\${character.charCodeAt(0).toString(16)} `)}")`
}
