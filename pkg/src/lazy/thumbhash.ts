// Blurred placeholders, decoded in a wasm module of its own.
import { THUMBHASH_ERROR, THUMBHASH_REASONS } from '../boundary/lazy.js'
import hex from '../../wasm/thumbhash/hex.js'
import { instantiate } from '../../wasm/thumbhash/instantiate.js'
import { wasmModule } from '../wasm.js'
import { isTag } from './dom.js'
import { attachPlaceholder } from './placeholder.js'
import type * as exports from '../../wasm/thumbhash/whippet_npm_bg.wasm.js'

const wasm = /* @__PURE__ */ wasmModule<typeof exports>(hex, instantiate)

function decode(hash: string): string {
  const { thumbhash_text, thumbhash_decode, memory } = wasm()
  // Characters above 127 would not fit into a byte. 127 is not base64 either.
  const bytes = Uint8Array.from(hash, (digit) => Math.min(digit.charCodeAt(0), 127))
  const address = thumbhash_text(bytes.length)
  new Uint8Array(memory.buffer, address, bytes.length).set(bytes)
  const length = thumbhash_decode()
  if (length < 0) throw new RangeError(`whippet: the ThumbHash '${hash}' ${THUMBHASH_REASONS[THUMBHASH_ERROR - length]}`)
  return String.fromCharCode(...new Uint8Array(memory.buffer, thumbhash_text(length), length))
}

function show(element: HTMLElement): void {
  const hash = element.dataset.thumbhash
  if (!hash || element.hasAttribute('src') || element.hasAttribute('poster') || element.style.backgroundImage) return
  const url = decode(hash)
  if (isTag(element, 'img')) element.src = url
  else if (isTag(element, 'video')) element.poster = url
  else {
    element.style.backgroundImage = `url("${url}")`
    element.style.backgroundSize ||= 'cover'
  }
}

/**
 * The blurred image of a ThumbHash, at most 32 px wide and high, as the data URL of a PNG.
 *
 * `hash` is base64 or base64url. Throws a `RangeError` if it is not a ThumbHash, and a `WasmUnavailableError` if WebAssembly
 * cannot run.
 */
export const thumbhashToDataURL: (hash: string) => string = /* @__PURE__ */ attachPlaceholder(show, decode)

/**
 * Shows the ThumbHash in `data-thumbhash` of an element that shows no image yet; for the option `placeholder` of `lazy`. Throws
 * as `thumbhashToDataURL`.
 */
export const showThumbhash: (element: HTMLElement) => void = /* @__PURE__ */ attachPlaceholder(show, show)
