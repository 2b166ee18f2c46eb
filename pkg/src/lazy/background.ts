// Background images, by the attributes of vanilla-lazyload and lozad.

/** The `background-image` that an element asks for. */
export function background({ dataset }: HTMLElement): string | undefined {
  const { bg, bgSet, bgMulti, bgHidpi, bgMultiHidpi, backgroundImage, backgroundImageSet, backgroundDelimiter } = dataset
  const set = bgSet ?? backgroundImageSet
  if (set) return set.split('|').map((one) => `image-set(${one})`).join()
  if (backgroundImage) return backgroundImage.split(backgroundDelimiter ?? ',').map(url).join()
  const sharp = devicePixelRatio > 1
  const multi = (sharp && bgMultiHidpi) || bgMulti
  if (multi) return multi
  const one = (sharp && bgHidpi) || bg
  // A CSS value, or an address.
  return one && (/^[a-z-]+\(/.test(one) ? one : url(one))
}

/** An image for each that `css` shows, loading: of an image set, the one that this screen needs. */
export function imagesOf(css: string): HTMLImageElement[] {
  const images: HTMLImageElement[] = []
  const load = (name: 'src' | 'srcset', value: string) => images.push(Object.assign(new Image(), { [name]: value }))
  const rest = css.replace(/image-set\(((?:[^()]|\([^()]*\))*)\)/g, (_, inside: string) => {
    const candidates = inside
      .replace(/type\([^)]*\)/g, '')
      .matchAll(/(?:url\(\s*)?["']?([^"'()\s,]+)["']?\s*\)?\s*([\d.]+)?(?:x|dppx)?\s*(?:,|$)/g)
    load('srcset', [...candidates].map(([, address, times]) => `${address} ${times ?? 1}x`).join())
    return ''
  })
  for (const [, address] of rest.matchAll(/url\(\s*["']?(.*?)["']?\s*\)/g)) load('src', address!)
  return images
}

function url(address: string): string {
  return `url("${address.trim().replace(/["\\\n]/g, encodeURIComponent)}")`
}
