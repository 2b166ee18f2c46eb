// Blurred placeholders, decoded in wasm.
import { is } from './is.js'
import { wasm } from './wasm.js'

/** In the order of `ThumbHashError`. */
const reasons = [
  'is not base64: encode its bytes',
  'is cut off: store all of its bytes, 25 at most',
  'has no width or no height: it is not a ThumbHash',
]

/**
 * The blurred picture of a ThumbHash, at most 32 px wide and high, as the data URL of a PNG.
 *
 * `hash` is in base64, the usual or the one for URLs. Throws a `RangeError` where it is not a ThumbHash, and a
 * `WasmUnavailableError` where WebAssembly cannot run.
 */
export function thumbhashToDataURL(hash: string): string {
  return decode(wasm(), hash)
}

function decode(engine: ReturnType<typeof wasm>, hash: string): string {
  // One byte more where a character is none of base64, so that it is refused.
  const bytes = Uint8Array.from(hash, (digit) => Math.min(digit.charCodeAt(0), 127))
  const at = engine.lazy_text(bytes.length)
  const memory = engine.lazy_memory() as WebAssembly.Memory
  new Uint8Array(memory.buffer, at, bytes.length).set(bytes)
  const length = engine.lazy_placeholder()
  if (length < 0) throw new RangeError(`whippet: the ThumbHash '${hash}' ${reasons[-1 - length]}`)
  return String.fromCharCode(...new Uint8Array(memory.buffer, engine.lazy_text(length), length))
}

/** @internal Shows the placeholder of an element that shows nothing yet, if it has one. */
export function showPlaceholder(engine: ReturnType<typeof wasm>, element: HTMLElement, debug: boolean): void {
  const hash = element.dataset.thumbhash
  if (!hash || element.hasAttribute('src') || element.style.backgroundImage) return
  try {
    const address = decode(engine, hash)
    if (is(element, 'img')) element.src = address
    else if (is(element, 'video')) element.poster = address
    else {
      element.style.backgroundImage = `url("${address}")`
      element.style.backgroundSize ||= 'cover'
    }
  } catch (error) {
    // Less than a placeholder is no reason to show no picture.
    if (debug) console.warn(error, element)
  }
}
