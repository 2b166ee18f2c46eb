// Background images, by the attributes of vanilla-lazyload and lozad.
import { read, understood, type Choice } from './css.js'
import { imageNear } from './is.js'

/** Image sets between bars, but not those in strings and addresses. */
const SETS = /(?:(["'])(?:\\[^]|(?!\1)[^\\])*\1|\([^"')]*\)|[^|])+/g

/** The `background-image` that an element asks for. */
export function background({ dataset }: HTMLElement): string | undefined {
  const { bg, bgSet, bgMulti, bgHidpi, bgMultiHidpi, backgroundImage, backgroundImageSet, backgroundDelimiter } = dataset
  const set = bgSet || backgroundImageSet
  if (set) return set.match(SETS)!.map((one) => `image-set(${one})`).join()
  const sharp = devicePixelRatio > 1
  const several = backgroundImage || (sharp && bgMultiHidpi) || bgMulti
  const value = several || (sharp && bgHidpi) || bg
  if (!value?.trim()) return undefined
  // A CSS value has a bracket in it, or is a word, as `none` is; so is many an address, but that is not CSS.
  if (/\(|^\s*[-\w]+\s*$/.test(value) && understood(value)) return value
  return (several ? value.split(backgroundDelimiter || ',') : [value]).map(url).join()
}

/** An image for each that `css` shows on this element, loading: of an image set, the one that this screen needs. */
export function imagesOf(css: string, element: Element): HTMLImageElement[] {
  return read(css).choices.map((choice) => load(choice, imageNear(element)))
}

/** Whether there is a layer without any of these images, or one of them is there. */
export function showsWithout(css: string, images: HTMLImageElement[]): boolean {
  return read(css).layers > images.length || images.some((image) => image.complete && image.naturalWidth > 0)
}

function load(choice: Choice, image: HTMLImageElement): HTMLImageElement {
  const { ownerDocument } = image
  const [{ address, type }] = choice as [Choice[0]]
  if (choice.length < 2 && !type) return Object.assign(image, { src: address })
  // The browser alone knows which types it knows.
  const picture = ownerDocument.createElement('picture')
  for (const { address, type } of choice) {
    const { href } = Object.assign(ownerDocument.createElement('a'), { href: address })
    // There, a space ends an address, as `data:` may have some, and a last comma is none of it.
    const srcset = href.replace(/\s/g, encodeURIComponent).replace(/,$/, ',#')
    picture.append(Object.assign(ownerDocument.createElement('source'), { srcset, ...(type && { type }) }))
  }
  picture.append(image)
  return image
}

/** An address as CSS. */
export function url(address: string): string {
  return `url("${address.trim().replace(/["\\\n\r\f]/g, (it) => `\\${it.charCodeAt(0).toString(16)} `)}")`
}
