import { onAbort, reasonOf } from '../abort.js'
import { chunkOf, isResponse, readerOf } from './body.js'
import { httpError } from './httpError.js'

/** Options of {@link jsonLines}. */
export interface JsonLinesOptions {
  /** Aborting it cancels the stream, and the next value rejects with the signal's reason. */
  signal?: AbortSignal
  /** The longest line, in bytes. No more than that is held in memory. Default: 4 MiB. */
  maxLineBytes?: number
}

const LINE_FEED = 10
/** What is not JSON's white space. The CR of a CRLF is. */
const CONTENT = /[^ \t\r]/

/**
 * The values of a body with one JSON text per line (NDJSON, JSON Lines), each as soon as its line has arrived:
 *
 *     streamedQuery({ streamFn: async ({ signal }) => jsonLines(await fetch('/log', { signal })) })
 *
 * It skips blank lines and a byte order mark at the start. The last line need not end in a line feed. Rejects with
 * `HttpError` if the status of a response is not a success, with a `SyntaxError` that names the line if one is not JSON, and
 * with a `RangeError` if one is longer than `maxLineBytes`. Stopping early, by `break` for instance, cancels the stream, even
 * while it waits for a chunk.
 */
export function jsonLines<T = unknown>(
  source: Response | ReadableStream<Uint8Array>,
  { signal, maxLineBytes = 4 << 20 }: JsonLinesOptions = {},
): AsyncIterableIterator<T> {
  const response = isResponse(source) && source
  const failed = response && !response.ok
  const stream = response ? response.body : (source ?? {})
  const reader = failed ? undefined : readerOf(stream)
  if (!failed && stream && !reader) throw new TypeError('jsonLines takes a Response or a ReadableStream')
  const values = read()
  let left: boolean | undefined

  async function* read(): AsyncGenerator<T, void, undefined> {
    if (failed) throw await httpError(response)
    if (!reader) return
    const removeListener = onAbort(signal, () => void reader.cancel(reasonOf(signal!)).catch(() => {}))
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
    let number = 1
    // The beginning of a line. The buffer doubles, so that small chunks do not copy it again and again.
    let buffer = new Uint8Array(0)
    let length = 0

    const add = (piece: Uint8Array) => {
      const longer = length + piece.length
      if (longer > maxLineBytes) throw new RangeError(`line ${number} is longer than ${maxLineBytes} bytes, maxLineBytes`)
      if (longer > buffer.length) {
        const before = buffer
        buffer = new Uint8Array(Math.max(longer, Math.min(2 * before.length, maxLineBytes)))
        buffer.set(before)
      }
      buffer.set(piece, length)
      length = longer
    }

    try {
      for (;;) {
        check(signal)
        // A Node stream that is cancelled rejects with an error of its own. The signal's reason is better.
        const { value, done } = await reader.read().finally(() => check(signal))
        // A stream that was left ends, too, perhaps within a line: what is there of it may look like a value.
        if (done && left) return
        // The last line need not end.
        const chunk = done ? new Uint8Array([LINE_FEED]) : chunkOf(value)
        let start = 0
        for (let at; (at = chunk.indexOf(LINE_FEED, start)) >= 0; start = at + 1) {
          add(chunk.subarray(start, at))
          let line = decoder.decode(buffer.subarray(0, length))
          if (number === 1) line = line.replace(/^\ufeff/, '')
          length = 0
          if (CONTENT.test(line)) yield parseLine(line, number) as T
          check(signal)
          number++
        }
        if (done) return
        add(chunk.subarray(start))
      }
    } finally {
      removeListener()
      // After the end of the stream this does nothing. Nobody needs to know why a stream cannot be cancelled.
      await reader.cancel().catch(() => {})
    }
  }

  return {
    next: () => values.next(),
    async return() {
      left = true
      // Before `values.return()`, which waits for the pending chunk: it may never come.
      await reader?.cancel().catch(() => {})
      return values.return()
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

function check(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw reasonOf(signal)
}

function parseLine(line: string, number: number): unknown {
  try {
    return JSON.parse(line)
  } catch (cause) {
    throw new SyntaxError(`line ${number} is not JSON: ${(cause as Error).message}`, { cause })
  }
}
