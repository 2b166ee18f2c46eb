// What was thrown and nobody caught.
import type { ErrorData } from './batch.js'
import { attempt } from './guard.js'
import { on } from './hooks.js'
import { isIgnored, isUnnamed, withoutName, wordings } from './ignored.js'
import { FRAMES, MESSAGE, SOURCE, STACK } from '../boundary/rum.js'
import { own } from './own.js'
import { scrubText } from './scrub.js'
import { cut, hex } from './text.js'
import { hasContents, textOf } from './thrown.js'

/** What is not told: see `isIgnored`. */
type Ignored = (string | RegExp)[] | false | undefined

/** Tells `report` of errors and rejections that nobody handled; returns how to stop. */
export function watchErrors(report: (error: ErrorData) => void, ignored?: Ignored): () => void {
  const tell = (error: ErrorData | undefined) => error && report(error)
  const stops = [
    on<ErrorEvent>(globalThis, 'error', (event) => {
      const { message, error, filename } = event
      // Errors of images and scripts do not bubble, but have no message either.
      if (typeof message !== 'string') return
      const at = filename ? `${filename}:${event.lineno}:${event.colno}` : ''
      // Of an object that is no error, browsers say that it is an object, or what is in it.
      const isObject = Object(error) === error && (isUnnamed(message) || hasContents(error))
      tell(describe(isObject ? textOf(error) : message, at, stackOf(error), ignored))
    }, false),
    on<PromiseRejectionEvent>(
      globalThis,
      'unhandledrejection',
      (event) => tell(describeError(event.reason, ignored)),
      false,
    ),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

/** Whatever was thrown; `undefined` where it is ignored. */
export const describeError = (error: unknown, ignored?: Ignored): ErrorData | undefined =>
  describe(textOf(error), '', stackOf(error), ignored)

function describe(message: string, source: string, stack: string, ignored: Ignored): ErrorData | undefined {
  const frames = framesOf(message, stack)
  // Cut first: a message may be as long as a page.
  message = head(message, 2 * MESSAGE)
  if (isIgnored(message, ignored)) return undefined
  message = cut(scrubText(message), MESSAGE)
  source = cut(scrubText(head(source || frames[0] || '', 2 * MESSAGE)), SOURCE)
  stack = cut(frames.join('\n'), STACK)
  return own({
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
 * The lines of a stack that name a place: in Chromium those that begin with `at`, below the message, which may look like
 * anything; in others those that have a place behind an `@`.
 */
function framesOf(message: string, stack: string): string[] {
  const lines = head(withoutHeader(message, stack), 4 * STACK)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /(?::(?:0x)?[\da-f]+|[)>\]])$/.test(line))
  const named = lines.filter((line) => line.startsWith('at '))
  const frames = named.length ? named : lines.filter((line) => line.includes('@'))
  return frames.slice(0, FRAMES).map(scrubText)
}

/** `stack` without the name and the message that Chromium begins it with. */
function withoutHeader(message: string, stack: string): string {
  const [, own, bare] = wordings(message)
  for (const [text, start] of [[stack, own], [withoutName(stack), bare]] as const) {
    const next = text[start.length]
    if (text.startsWith(start) && (next === '\n' || next === undefined)) return text.slice(start.length)
  }
  return stack
}

/** The beginning of `text`, no longer than that, which ends between words: half an address may tell what a whole one does not. */
function head(text: string, length: number): string {
  if (text.length <= length) return text
  let end = length
  while (end > 0 && !/[\0- "'`<>()[\]{},]/.test(text[end - 1]!)) end--
  return text.slice(0, end || length)
}

/** The same for errors that are one: numbers in the message, and places but the first three, do not count. FNV-1a. */
function fingerprint(message: string, source: string, frames: string[]): string {
  const text = [message.replace(/\d+/g, '0'), source, ...frames.slice(0, 3)].join('\n')
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hex(hash >>> 0)
}
