// What bodies are made of, whoever made them: this page, an iframe, undici, node-fetch, jsdom. They are known by what
// they can do, since each realm and library has classes of its own.

/** Reads a stream of the web, or of Node. */
export interface Reader {
  read(): Promise<{ value?: unknown; done?: boolean }>
  cancel(reason?: unknown): Promise<unknown>
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

export function isResponse(value: unknown): value is Response {
  return isObject(value) && typeof value.status === 'number' && typeof value.json === 'function'
}

export function isRequest(value: unknown): value is Request {
  return isObject(value) && typeof value.url === 'string' && typeof value.clone === 'function'
}

/** The bytes that `value` is; `undefined` where it is none. */
export function bytesOf(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  const buffer = /^\[object (Shared)?ArrayBuffer\]$/.test(Object.prototype.toString.call(value))
  return buffer ? new Uint8Array(value as ArrayBuffer) : undefined
}

/** How to read `stream`, from here on alone; `undefined` where it is no stream. */
export function readerOf(stream: unknown): Reader | undefined {
  if (!isObject(stream)) return undefined
  if (typeof stream.getReader === 'function') return stream.getReader() as Reader
  const iterator = (stream as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator]?.()
  if (!iterator) return undefined
  return {
    read: () => iterator.next(),
    // An iterator that waits ends no sooner than what it waits for; a stream of Node does.
    cancel: async () => (typeof stream.destroy === 'function' ? void stream.destroy() : iterator.return?.()),
  }
}

/** The bytes of what a stream gave. */
export function chunkOf(value: unknown): Uint8Array {
  const bytes = bytesOf(value)
  if (!bytes) throw new TypeError(`A body is a stream of bytes (Uint8Array); it gave a value of type ${typeof value}`)
  return bytes
}

/** None of `stream` has to come any more. */
export function drop(stream: unknown): void {
  try {
    readerOf(stream)?.cancel().catch(() => {})
  } catch {
    // Somebody else reads it.
  }
}

/** All of it, as text. */
export async function textOf(reader: Reader): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for (;;) {
    const { value, done } = await reader.read()
    if (done) return text + decoder.decode()
    text += decoder.decode(chunkOf(value), { stream: true })
  }
}
