// Warnings in the console during development.
import { isTag } from './dom.js'

declare const process: { env: { NODE_ENV?: string } }

/**
 * Whether this is a development build. Bundlers replace the expression by the mode. Without a bundler or Node.js the mode is
 * unknown, and counts as production.
 */
export function inDevelopment(): boolean {
  try {
    return (process.env.NODE_ENV ?? 'production') !== 'production'
  } catch {
    return false
  }
}

let warned = false

/** Measures an image. The returned function warns, once per page, if the image has changed its size since. */
export function detectLayoutShift(element: HTMLElement): (() => void) | undefined {
  if (warned || !isTag(element, 'img')) return undefined
  const before = size(element)
  return () =>
    requestAnimationFrame(() => {
      const after = size(element)
      if (warned || before === after || !element.isConnected) return
      warned = true
      console.warn(
        `whippet: this image was ${before} px until it was loaded, then ${after}, and shifted the layout. ` +
          'Give images width and height attributes, or aspect-ratio in CSS. Further images are not reported.',
        element,
      )
    })
}

function size(element: Element): string {
  const { width, height } = element.getBoundingClientRect()
  return `${Math.round(width)} × ${Math.round(height)}`
}
