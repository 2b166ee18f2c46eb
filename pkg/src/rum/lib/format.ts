// Strings and numbers in the form that beacons have.
import { NAME } from '../../boundary/rum.js'

/**
 * The longest prefix of `text` that takes at most `bytes` bytes of UTF-8. Half a surrogate pair becomes U+FFFD: many readers of
 * JSON refuse a text with one, and the whole beacon with it.
 */
export const truncate = (text: string, bytes: number): string =>
  (text = text.replace(/\p{Cs}/gu, '\ufffd')).length * 3 <= bytes
    ? text
    : text.slice(0, new TextEncoder().encodeInto(text, new Uint8Array(bytes)).read)

/** The length of `text` in bytes of UTF-8. */
export const byteLength = (text: string): number => new TextEncoder().encode(text).length

/** Whether a pattern matches `text`, wherever an earlier match of it ended. */
export const matchesPattern = ({ source, flags }: RegExp, text: string): boolean =>
  new RegExp(source, flags.replace(/[gy]/g, '')).test(text)

/** Replaces control characters by spaces, and truncates to `bytes` bytes. */
export const singleLine = (text: string, bytes: number): string => truncate(text.replace(/\p{Cc}/gu, ' '), bytes)

/** A valid metric name: each character that a name must not contain becomes `_`. */
export const metricName = (text: string): string => text.slice(0, NAME).replace(/[^\w.:/-]/g, '_') || '_'

/** Rounds to six decimals. */
export const round = (value: number): number => Math.round(value * 1e6) / 1e6

/** Eight hexadecimal digits. */
export const hex = (number: number): string => number.toString(16).padStart(8, '0')
