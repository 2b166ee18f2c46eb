// Node's zlib, where it is: Node.js, Bun, Deno, and workers with Node's compatibility. It is asked for by name at the first use,
// so that no bundler looks for it.
import { accepts } from './fields.js'

type Run = (bytes: Uint8Array, options: object, done: (error: unknown, bytes: Uint8Array) => void) => void

interface Zlib {
  gzip: Run
  brotliCompress: Run
  zstdCompress?: Run
  zstdCompressSync?: (bytes: Uint8Array, options: object) => Uint8Array
  constants: Record<string, number>
}

/** What a `dcz` body begins with: a skippable frame of 32 bytes, which are the dictionary's digest. */
const MAGIC = [0x5e, 0x2a, 0x4d, 0x18, 0x20, 0, 0, 0]
/** The entries of zstd's table, as a power of 2: at most a quarter of the bytes, which finds a body's counterpart. */
const TABLE = 20

let zlib: Zlib | undefined
let looked = false
let withDictionary: boolean | undefined

function zlibHere(): Zlib | undefined {
  if (!looked) {
    looked = true
    zlib = (globalThis as any).process?.getBuiltinModule?.('node:zlib')
  }
  return zlib
}

/** Whether zstd takes a dictionary here: Node.js 22.19 and 24.6 do, and versions before ignore it. */
export function hasDictionaries(): boolean {
  if (withDictionary === undefined) {
    withDictionary = false
    try {
      const bytes = new TextEncoder().encode(Array.from({ length: 400 }, (_, i) => i * i * 7919).join())
      const compressed = zlibHere()?.zstdCompressSync?.(bytes, { dictionary: bytes })
      withDictionary = compressed !== undefined && compressed.length < 100
    } catch {
      // It knows no such option.
    }
  }
  return withDictionary
}

function run(name: 'gzip' | 'brotliCompress' | 'zstdCompress', bytes: Uint8Array, options: object): Promise<Uint8Array> {
  return new Promise((done, fail) => zlib![name]!(bytes, options, (error, result) => (error ? fail(error) : done(result))))
}

/** `bytes`, compressed with `dictionary`, whose SHA-256 in base64 is `digest`: `Content-Encoding: dcz` (RFC 9842, 5). */
export async function withDictionaryOf(dictionary: Uint8Array, digest: string, bytes: Uint8Array): Promise<Uint8Array> {
  const { constants } = zlibHere()!
  const log = Math.max(10, 32 - Math.clz32(Math.max(dictionary.length, bytes.length) - 1))
  // As crates/delta/src/dictionary.rs, but with the larger table: zstd finds no long matches in a dictionary that is loaded, as
  // Node does.
  const params = {
    [constants.ZSTD_c_compressionLevel!]: 1,
    [constants.ZSTD_c_windowLog!]: log,
    [constants.ZSTD_c_hashLog!]: Math.min(log - 2, TABLE),
  }
  const frame = await run('zstdCompress', bytes, { dictionary, params, pledgedSrcSize: bytes.length })
  const out = new Uint8Array(40 + frame.length)
  out.set(MAGIC)
  out.set(
    Uint8Array.from(atob(digest), (char) => char.charCodeAt(0)),
    8,
  )
  out.set(frame, 40)
  return out
}

/** `bytes` in the best coding that the client takes and that is quick, or `undefined` if there is none. */
export async function compressed(
  bytes: Uint8Array,
  accept: string | null | undefined,
): Promise<[string, Uint8Array] | undefined> {
  const here = zlibHere()
  if (!here || !accept) return
  const { ZSTD_c_compressionLevel, BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = here.constants
  if (here.zstdCompress && accepts(accept, 'zstd')) {
    return ['zstd', await run('zstdCompress', bytes, { params: { [ZSTD_c_compressionLevel!]: 3 }, pledgedSrcSize: bytes.length })]
  }
  if (accepts(accept, 'br')) {
    const params = { [BROTLI_PARAM_QUALITY!]: 4, [BROTLI_PARAM_SIZE_HINT!]: bytes.length }
    return ['br', await run('brotliCompress', bytes, { params })]
  }
  if (accepts(accept, 'gzip')) return ['gzip', await run('gzip', bytes, {})]
}
