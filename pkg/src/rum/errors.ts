// What was thrown and nobody caught.
import type { ErrorData } from './batch.js'
import { attempt } from './guard.js'
import { on } from './hooks.js'
import { MESSAGE, SOURCE, STACK } from './limits.js'
import { scrubText } from './scrub.js'
import { cut, hex } from './text.js'

/** Frames of a stack that are told. */
const FRAMES = 10

/** Tells `report` of errors and rejections that nobody handled; returns how to stop. */
export function watchErrors(report: (error: ErrorData) => void): () => void {
  const onError = (event: ErrorEvent) => {
    // Errors of images and scripts do not bubble, but have no message either.
    if (typeof event.message !== 'string') return
    const at = event.filename ? `${event.filename}:${event.lineno}:${event.colno}` : ''
    report(describe(event.message, at, stackOf(event.error)))
  }
  const onRejection = ({ reason }: PromiseRejectionEvent) => report(describeError(reason))
  const undos = [on(globalThis, 'error', onError, false), on(globalThis, 'unhandledrejection', onRejection, false)]
  return () => {
    for (const undo of undos) undo()
  }
}

/** Whatever was thrown: its text may throw as well. */
export function describeError(error: unknown): ErrorData {
  return describe(attempt(() => String(error)) ?? 'unknown', '', stackOf(error))
}

function describe(message: string, source: string, frames: string[]): ErrorData {
  // Cut first: a message may be as long as a page.
  message = cut(scrubText(message.slice(0, 2 * MESSAGE)), MESSAGE)
  source = cut(scrubText((source || frames[0] || '').slice(0, 2 * MESSAGE)), SOURCE)
  const stack = cut(frames.join('\n'), STACK)
  return {
    message,
    ...(source && { source }),
    ...(stack && frames.length > 1 && { stack }),
    fingerprint: fingerprint(message, source, frames),
  }
}

/** The lines of a stack that name a place: Chromium begins with the message, the others with the frame. */
function stackOf(error: unknown): string[] {
  const stack = attempt(() => (error as { stack?: unknown } | null)?.stack)
  if (typeof stack !== 'string') return []
  const lines = stack.slice(0, 4 * STACK).split('\n')
  const frames = lines.map((line) => line.trim()).filter((line) => line.startsWith('at ') || line.includes('@'))
  return frames.slice(0, FRAMES).map(scrubText)
}

/** The same for errors that are one: numbers in the message, and places but the first three, do not count. FNV-1a. */
function fingerprint(message: string, source: string, frames: string[]): string {
  const text = [message.replace(/\d+/g, '0'), source, ...frames.slice(0, 3)].join('\n')
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hex(hash >>> 0)
}
