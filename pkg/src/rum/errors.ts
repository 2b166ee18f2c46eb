import { FRAMES, MESSAGE, SOURCE, STACK } from '../boundary/rum.js'
import type { ErrorData } from './beacon.js'
import { describeThrown, isListOrFunction } from './describeThrown.js'
import { isIgnored, isUnnamed, withoutName, wordings } from './ignored.js'
import { on } from './lib/eventsAndTimers.js'
import { hex, truncate } from './lib/format.js'
import { attempt } from './lib/guard.js'
import { copyOwn, plain } from './lib/properties.js'
import type { Listed } from './options.js'
import { scrubText } from './scrub.js'

/** The errors that are not reported: see `isIgnored`. */
type Ignored = Listed | false | undefined

/** Calls `report` for uncaught errors and unhandled rejections, within a scope; with `undefined` for one that is ignored. */
export function observeErrors(report: (error: ErrorData | undefined) => void, ignored?: Ignored): void {
  const listen = <E extends Event>(type: string, describe: (event: E) => ErrorData | undefined) =>
    on<E>(globalThis, type, (event) => report(describe(event)), false)
  listen<ErrorEvent>('error', ({ message, error, filename, lineno, colno }) => {
    // The `error` event of an image or a script has no message.
    if (typeof message !== 'string') return undefined
    // If an object that is not an `Error` was thrown, the browser's message is `[object Object]` or its contents.
    const isObject = Object(error) === error && (isUnnamed(message) || isListOrFunction(error))
    const at = filename ? `${filename}:${lineno}:${colno}` : ''
    return toErrorData(isObject ? describeThrown(error) : message, at, error, ignored)
  })
  listen<PromiseRejectionEvent>('unhandledrejection', ({ reason }) => describeError(reason, ignored))
}

/** Describes a thrown value; `undefined` if it is ignored. */
export const describeError = (error: unknown, ignored?: Ignored): ErrorData | undefined =>
  toErrorData(describeThrown(error), '', error, ignored)

function toErrorData(text: string, at: string, error: unknown, ignored: Ignored): ErrorData | undefined {
  const thrown = attempt(() => (error as { stack?: unknown } | null)?.stack)
  const frames = framesOf(text, typeof thrown === 'string' ? thrown : '')
  // Shortened before it is searched: a message may be as long as a page.
  text = shorten(text, 2 * MESSAGE)
  if (isIgnored(text, ignored)) return undefined
  const message = truncate(scrubText(text), MESSAGE)
  const source = truncate(scrubText(shorten(at || frames[0] || '', 2 * MESSAGE)), SOURCE)
  const stack = truncate(frames.join('\n'), STACK)
  const data = plain({
    message,
    source: source || undefined,
    stack: frames.length > 1 ? stack : undefined,
    // Of message, source and the first three frames. Numbers in the message are ignored.
    fingerprint: hash([message.replace(/\d+/g, '0'), source, ...frames.slice(0, 3)].join('\n')),
  })
  // Equal errors are counted.
  return copyOwn(data)
}

/**
 * The lines of a stack that name a place. In Chromium they begin with `at` and follow the message, which may contain
 * anything; in other browsers the place follows an `@`.
 */
function framesOf(message: string, stack: string): string[] {
  const lines = shorten(withoutHeader(message, stack), 4 * STACK)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /(?::(?:0x)?[\da-f]+|[)>\]])$/.test(line))
  const named = lines.filter((line) => line.startsWith('at '))
  const frames = named.length ? named : lines.filter((line) => line.includes('@'))
  return frames.slice(0, FRAMES).map(scrubText)
}

/** Removes the error's name and message, with which a stack begins in Chromium. */
function withoutHeader(message: string, stack: string): string {
  const [, own, bare] = wordings(message)
  for (const [text, start] of [
    [stack, own],
    [withoutName(stack), bare],
  ] as const) {
    const next = text[start.length]
    if (text.startsWith(start) && (next === '\n' || next === undefined)) return text.slice(start.length)
  }
  return stack
}

/** Shortens `text` to at most `length` characters, between words: half an address might not be recognised and scrubbed. */
function shorten(text: string, length: number): string {
  if (text.length <= length) return text
  let end = length
  while (end > 0 && !/[\0- "'`<>()[\]{},]/.test(text[end - 1]!)) end--
  return text.slice(0, end || length)
}

/** FNV-1a. */
function hash(text: string): string {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hex(hash >>> 0)
}
