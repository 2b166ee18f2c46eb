// Texts as the beacon has them.
import { NAME } from '../boundary/rum.js'
import { random32 } from './random.js'

let encoder: TextEncoder | undefined

/** The longest beginning of `text` that has at most `bytes` bytes of UTF-8. */
export function cut(text: string, bytes: number): string {
  if (text.length * 3 <= bytes) return text
  encoder ??= new TextEncoder()
  return text.slice(0, encoder.encodeInto(text, new Uint8Array(bytes)).read)
}

/** How many bytes of UTF-8 `text` has. */
export function bytesOf(text: string): number {
  encoder ??= new TextEncoder()
  return encoder.encode(text).length
}

/** `text` as a line of at most `bytes` bytes. */
export const line = (text: string, bytes: number): string => cut(text.replace(/\p{Cc}/gu, ' '), bytes)

/** `text` as the name of a figure: what a name may not have becomes `_`. */
export const figureName = (text: string): string => text.slice(0, NAME).replace(/[^\w.:/-]/g, '_') || '_'

/** With six decimals at most. */
export const round = (value: number): number => Math.round(value * 1e6) / 1e6

/** Sixteen random hexadecimal digits. */
export const randomName = (): string => hex(random32()) + hex(random32())

export const hex = (number: number): string => number.toString(16).padStart(8, '0')
