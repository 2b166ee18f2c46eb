// Recognises responses, requests, streams and bytes of any realm or library: an iframe, undici, node-fetch, jsdom. It goes
// by their members, as each realm and library has its own classes and `instanceof` fails.

/** Reads a web stream or a Node stream. */
export interface Reader {
  /** Resolves with the next chunk. Who reads a stream of bytes "into your own buffer" takes `room`, and writes there. */
  read(room?: Uint8Array): Promise<{ value?: unknown; done?: boolean }>
  cancel(reason?: unknown): Promise<unknown>
}

const has = (value: any, name: string | symbol, type: string) => typeof value?.[name] === type

export function isResponse(value: unknown): value is Response {
  return has(value, 'status', 'number') && has(value, 'json', 'function')
}

export function isRequest(value: unknown): value is Request {
  return has(value, 'url', 'string') && has(value, 'clone', 'function')
}

/** `value` as bytes, or `undefined` if it is neither a view nor a buffer. */
export function bytesOf(value: any): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  if (/ArrayBuffer]$/.test(Object.prototype.toString.call(value))) return new Uint8Array(value)
}

/** A reader of `stream`, which locks it. `undefined` if it is not a stream. */
export function readerOf(stream: any): Reader | undefined {
  if (has(stream, 'getReader', 'function')) return stream.getReader()
  const iterator: AsyncIterator<unknown> | undefined = stream?.[Symbol.asyncIterator]?.()
  return (
    iterator && {
      read: () => iterator.next(),
      // `return` of an iterator waits for the pending `next`. `destroy` of a Node stream does not.
      cancel: async () => (stream.destroy ? void stream.destroy() : iterator.return?.()),
    }
  )
}

/** As `readerOf`, but one that writes into the caller's buffer if the stream can do that, as bodies of `fetch` can. */
export function fillerOf(stream: any): Reader | undefined {
  try {
    return stream.getReader({ mode: 'byob' })
  } catch {
    return readerOf(stream)
  }
}

/** The length of the buffer that chunks are written to. Each chunk costs a promise and a view. */
const CHUNK = 0x20000

/** The buffer while nobody reads. A new one for each body would cost more than reading it: its pages must be cleared. */
let spare: ArrayBuffer | undefined

/** Gives `take` what `reader` reads, in chunks of at most `length` bytes, in a buffer that the next chunk overwrites. */
export async function eachChunk(reader: Reader, take: (chunk: Uint8Array) => void, length = CHUNK): Promise<void> {
  let buffer = spare
  spare = undefined
  for (;;) {
    const room = new Uint8Array((buffer ??= new ArrayBuffer(CHUNK)), 0, length)
    const { value, done } = await reader.read(room)
    // A buffer that was given away comes back as another object. A cancelled stream keeps it.
    if (!room.length) buffer = (value as Uint8Array<ArrayBuffer> | undefined)?.buffer
    if (done) break
    take(chunkOf(value))
  }
  spare = buffer
}

/** A chunk of a stream as bytes. */
export function chunkOf(value: unknown): Uint8Array {
  const bytes = bytesOf(value)
  if (!bytes) throw new TypeError(`A body is a stream of bytes (Uint8Array), not of ${typeof value}`)
  return bytes
}

/** Cancels `stream`, as its bytes are not needed. */
export function drop(stream: unknown): void {
  try {
    readerOf(stream)
      ?.cancel()
      .catch(() => {})
  } catch {
    // The stream is locked: someone else reads it.
  }
}

/** Reads everything, or the first `limit` bytes, as text. */
export async function textOf(reader: Reader, limit = Infinity): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  while (limit > 0) {
    const { value, done } = await reader.read()
    if (done) return text + decoder.decode()
    const chunk = chunkOf(value)
    text += decoder.decode(chunk.subarray(0, limit), { stream: true })
    limit -= chunk.length
  }
  await reader.cancel()
  return text
}

/** Decodes as `Response.json()` does. */
export function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}
