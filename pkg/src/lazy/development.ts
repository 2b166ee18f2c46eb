// What a page is told while it is being made.
import { is } from './is.js'

declare const process: { env: { NODE_ENV?: string } }

/**
 * Whether this is a build for development. Bundlers put the mode in the place of the expression; where there is
 * neither a bundler nor Node.js, nothing is known, and nothing said.
 */
export function inDevelopment(): boolean {
  try {
    return (process.env.NODE_ENV ?? 'production') !== 'production'
  } catch {
    return false
  }
}

let warned = false

/** Remembers how large an image is; what it returns warns, once in a page, if it came to be of another size. */
export function watchLayout(element: HTMLElement): (() => void) | undefined {
  if (warned || !(is(element, 'img'))) return undefined
  const before = size(element)
  return () =>
    requestAnimationFrame(() => {
      const after = size(element)
      if (warned || before === after || !element.isConnected) return
      warned = true
      console.warn(
        `whippet: this image was ${before} px until it was loaded, then ${after}, and moved what is around it. ` +
          'Give images width and height attributes, or aspect-ratio in CSS. Further ones are not named.',
        element,
      )
    })
}

function size(element: Element): string {
  const { width, height } = element.getBoundingClientRect()
  return `${Math.round(width)} × ${Math.round(height)}`
}
