import { onAbort, reasonOf } from '../abort.js'
import { chunkOf, isResponse, readerOf, type Reader } from './body.js'
import { httpError } from './httpError.js'

/** Options of {@link jsonLines}. */
export interface JsonLinesOptions {
  /** Aborting it cancels the stream, and the next value rejects with the signal's reason. */
  signal?: AbortSignal
  /** The longest line, in bytes. No more than that is held in memory. Default: 4 MiB. */
  maxLineBytes?: number
}

const LINE_FEED = 10
const MAX_LINE_BYTES = 4 << 20
/** A line of JSON's white space only. The CR of a CRLF is among it. */
const BLANK = /^[ \t\r]*$/

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
  { signal, maxLineBytes = MAX_LINE_BYTES }: JsonLinesOptions = {},
): AsyncIterableIterator<T> {
  const failed = isResponse(source) && !source.ok ? source : undefined
  const stream = isResponse(source) ? source.body : source
  const reader = failed ? undefined : readerOf(stream)
  if (stream && !failed && !reader) throw new TypeError('jsonLines takes a Response or a ReadableStream')
  const values = read()

  async function* read(): AsyncGenerator<T, void, undefined> {
    if (failed) throw await httpError(failed)
    if (!reader) return
    const removeListener = onAbort(signal, () => void reader.cancel(reasonOf(signal!)).catch(() => {}))
    try {
      for await (const [number, line] of linesOf(reader, maxLineBytes, signal)) {
        if (!BLANK.test(line)) yield parseLine(line, number) as T
        check(signal)
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
      // Before `values.return()`, which waits for the pending chunk: it may never come.
      await reader?.cancel().catch(() => {})
      return values.return()
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

/** The lines without their line feeds, and their numbers from 1. */
async function* linesOf(
  reader: Reader,
  maxLineBytes: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<[number: number, line: string], void, undefined> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const line = new Line(maxLineBytes)
  for (;;) {
    check(signal)
    // A Node stream that is cancelled rejects with an error of its own. The signal's reason is better.
    const { value, done } = await reader.read().finally(() => check(signal))
    if (done) break
    const chunk = chunkOf(value)
    let start = 0
    for (let end; (end = chunk.indexOf(LINE_FEED, start)) >= 0; start = end + 1) {
      yield line.end(chunk.subarray(start, end), decoder)
    }
    line.add(chunk.subarray(start))
  }
  yield line.end(new Uint8Array(0), decoder)
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

/** The line that is being read. Its buffer doubles, so that small chunks do not copy it again and again. */
class Line {
  private number = 1
  private bytes = new Uint8Array(0)
  private length = 0

  constructor(private readonly maxBytes: number) {}

  add(piece: Uint8Array): void {
    if (piece.length === 0) return
    const length = this.length + piece.length
    this.check(length)
    if (length > this.bytes.length) {
      const wider = new Uint8Array(Math.max(length, Math.min(2 * this.bytes.length, this.maxBytes)))
      wider.set(this.bytes.subarray(0, this.length))
      this.bytes = wider
    }
    this.bytes.set(piece, this.length)
    this.length = length
  }

  end(piece: Uint8Array, decoder: TextDecoder): [number: number, line: string] {
    if (this.length > 0) this.add(piece)
    else this.check(piece.length)
    const line = decoder.decode(this.length > 0 ? this.bytes.subarray(0, this.length) : piece)
    this.length = 0
    const number = this.number++
    return [number, number === 1 && line.startsWith('\ufeff') ? line.slice(1) : line]
  }

  private check(length: number): void {
    if (length > this.maxBytes) {
      throw new RangeError(
        `line ${this.number} is longer than ${this.maxBytes} bytes: raise maxLineBytes, or check that the body has one JSON text per line`,
      )
    }
  }
}
