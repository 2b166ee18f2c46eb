import { FRAMES, MESSAGE, SOURCE, STACK } from '../boundary/rum.js'
import type { ErrorData } from './beacon.js'
import { describeThrown, isListOrFunction } from './describeThrown.js'
import { isIgnored, isUnnamed, withoutName, wordings } from './ignored.js'
import { on } from './lib/eventsAndTimers.js'
import { hex, truncate } from './lib/format.js'
import { attempt } from './lib/guard.js'
import { copyOwn } from './lib/properties.js'
import { scrubText } from './scrub.js'

/** The errors that are not reported: see `isIgnored`. */
type Ignored = (string | RegExp)[] | false | undefined

/** Calls `report` for uncaught errors and unhandled rejections; returns a function that stops it. */
export function observeErrors(report: (error: ErrorData) => void, ignored?: Ignored): () => void {
  const reportUnlessIgnored = (error: ErrorData | undefined) => error && report(error)
  const stops = [
    on<ErrorEvent>(globalThis, 'error', (event) => {
      const { message, error, filename } = event
      // The `error` event of an image or a script has no message.
      if (typeof message !== 'string') return
      const at = filename ? `${filename}:${event.lineno}:${event.colno}` : ''
      // If an object that is not an `Error` was thrown, the browser's message is `[object Object]` or its contents.
      const isObject = Object(error) === error && (isUnnamed(message) || isListOrFunction(error))
      reportUnlessIgnored(toErrorData(isObject ? describeThrown(error) : message, at, stackOf(error), ignored))
    }, false),
    on<PromiseRejectionEvent>(
      globalThis,
      'unhandledrejection',
      (event) => reportUnlessIgnored(describeError(event.reason, ignored)),
      false,
    ),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

/** Describes a thrown value; `undefined` if it is ignored. */
export const describeError = (error: unknown, ignored?: Ignored): ErrorData | undefined =>
  toErrorData(describeThrown(error), '', stackOf(error), ignored)

function toErrorData(message: string, source: string, stack: string, ignored: Ignored): ErrorData | undefined {
  const frames = framesOf(message, stack)
  // Shortened before it is searched: a message may be as long as a page.
  message = shorten(message, 2 * MESSAGE)
  if (isIgnored(message, ignored)) return undefined
  message = truncate(scrubText(message), MESSAGE)
  source = truncate(scrubText(shorten(source || frames[0] || '', 2 * MESSAGE)), SOURCE)
  stack = truncate(frames.join('\n'), STACK)
  return copyOwn({
    message,
    ...(source && { source }),
    ...(stack && frames.length > 1 && { stack }),
    fingerprint: fingerprint(message, source, frames),
  })
}

function stackOf(error: unknown): string {
  const stack = attempt(() => (error as { stack?: unknown } | null)?.stack)
  return typeof stack === 'string' ? stack : ''
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
  for (const [text, start] of [[stack, own], [withoutName(stack), bare]] as const) {
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

/** FNV-1a of message, source and the first three frames. Numbers in the message are ignored. */
function fingerprint(message: string, source: string, frames: string[]): string {
  const text = [message.replace(/\d+/g, '0'), source, ...frames.slice(0, 3)].join('\n')
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hex(hash >>> 0)
}
