// Warnings in the console during development.
import { isTag } from './dom.js'
import { lazyLcp } from './lcp.js'

declare const process: { env: { NODE_ENV?: string } }

/**
 * The warnings, in a development build, or with `debug`. Bundlers replace the expression by the mode, and then drop them from a
 * production build. Without a bundler the mode is unknown, and counts as production.
 */
export function warningsFor(debug: boolean | undefined): Warnings | undefined {
  try {
    if (process.env.NODE_ENV !== 'production') return (debug ?? process.env.NODE_ENV !== undefined) ? warnings : undefined
  } catch {
    return debug ? warnings : undefined
  }
  return undefined
}

export type Warnings = typeof warnings

const warnings = { detectLayoutShift, handleLcp, handlePlaceholder }

let hasShifted = false

/** Measures an image. The returned function warns, once per page, if the image has changed its size since. */
function detectLayoutShift(element: HTMLElement): (() => void) | undefined {
  if (hasShifted || !isTag(element, 'img')) return undefined
  const before = size(element)
  return () =>
    requestAnimationFrame(() => {
      const after = size(element)
      if (hasShifted || before === after || !element.isConnected) return
      hasShifted = true
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

let timer: ReturnType<typeof setTimeout>

/** Warns if `largest`, the largest contentful paint, was loaded lazily. */
function handleLcp(largest: Element | null | undefined): void {
  clearTimeout(timer)
  // A larger paint may follow.
  timer = setTimeout(() => {
    if (!lazyLcp) return
    console.warn(
      'whippet: the largest contentful paint is an image that was loaded lazily, which made it late. ' +
        'Give it src (or srcset) in the markup, and fetchpriority="high".',
      largest,
    )
  }, 500)
}

let isMissing = false

/**
 * Warns of an invalid placeholder, which does not prevent the image from loading; without an `error`, once per page, of a
 * ThumbHash that nothing decodes.
 */
function handlePlaceholder(element: HTMLElement, error?: unknown): void {
  if (error) return console.warn(error, element)
  if (isMissing || !element.dataset.thumbhash) return
  isMissing = true
  console.warn(
    'whippet: this element has data-thumbhash, but nothing decodes it: ' +
      "import { lazy, showThumbhash } from 'whippet/lazy', and pass { placeholder: showThumbhash } to lazy().",
    element,
  )
}
