// Blurred placeholders, decoded in wasm.
import { THUMBHASH_ERROR, THUMBHASH_REASONS } from '../boundary/lazy.js'
import { isTag } from './dom.js'
import { wasm, type Engine } from './wasm.js'

/**
 * The blurred image of a ThumbHash, at most 32 px wide and high, as the data URL of a PNG.
 *
 * `hash` is base64 or base64url. Throws a `RangeError` if it is not a ThumbHash, and a `WasmUnavailableError` if WebAssembly
 * cannot run.
 */
export function thumbhashToDataURL(hash: string): string {
  return decode(wasm(), hash)
}

function decode(engine: Engine, hash: string): string {
  // Characters above 127 would not fit into a byte. 127 is not base64 either.
  const bytes = Uint8Array.from(hash, (digit) => Math.min(digit.charCodeAt(0), 127))
  const address = engine.lazy_text(bytes.length)
  const { memory } = engine
  new Uint8Array(memory.buffer, address, bytes.length).set(bytes)
  const length = engine.lazy_placeholder()
  if (length < 0) throw new RangeError(`whippet: the ThumbHash '${hash}' ${THUMBHASH_REASONS[THUMBHASH_ERROR - length]}`)
  return String.fromCharCode(...new Uint8Array(memory.buffer, engine.lazy_text(length), length))
}

/** @internal Shows the placeholder of an element, if it has one and shows no image yet. */
export function showPlaceholder(engine: Engine, element: HTMLElement, debug: boolean): void {
  const hash = element.dataset.thumbhash
  if (!hash || element.hasAttribute('src') || element.style.backgroundImage) return
  try {
    const url = decode(engine, hash)
    if (isTag(element, 'img')) element.src = url
    else if (isTag(element, 'video')) element.poster = url
    else {
      element.style.backgroundImage = `url("${url}")`
      element.style.backgroundSize ||= 'cover'
    }
  } catch (error) {
    // An invalid placeholder must not prevent the image from loading.
    if (debug) console.warn(error, element)
  }
}
