// The oldest browsers that the package is made for: its syntax is what they read, and what they lack is used only where
// it is there. In Chrome and Edge WebAssembly with reference types sets the bound (96; Firefox 79, Safari 15.1), in Safari
// `Array.prototype.at` (15.4; Firefox 90). `whippet/json` needs SIMD too (Safari 16.4), and parses every body whole without.
export const browsers = { chrome: '96', edge: '96', firefox: '93', safari: '15.4' }

/** For esbuild. */
export const target = Object.entries(browsers).map(([name, version]) => name + version)

/** What one of them lacks, or a later one brought: the tests delete it. */
export const lacking = [
  'AbortSignal.any',
  'AbortSignal.timeout',
  'AbortSignal.prototype.reason',
  'AbortSignal.prototype.throwIfAborted',
  'Array.fromAsync',
  'Array.prototype.findLast',
  'Array.prototype.findLastIndex',
  'Array.prototype.toReversed',
  'Array.prototype.toSorted',
  'Array.prototype.toSpliced',
  'Array.prototype.with',
  'CompressionStream',
  'DecompressionStream',
  'Iterator',
  'Map.groupBy',
  'Object.groupBy',
  'Promise.try',
  'Promise.withResolvers',
  'ReadableStream.from',
  'ReadableStream.prototype.values',
  'Response.json',
  'Set.prototype.union',
  'Set.prototype.difference',
  'String.prototype.isWellFormed',
  'String.prototype.toWellFormed',
  'URL.canParse',
  'URL.parse',
  'Uint8Array.fromHex',
  'Uint8Array.prototype.toHex',
  'requestIdleCallback',
  'scheduler',
  'structuredClone',
]

/** Deletes `lacking` from a realm; itself a whole, since pages are given its text. */
export function becomeOld(names, realm = globalThis) {
  for (const name of names) {
    const path = name.split('.')
    const last = path.pop()
    const owner = path.reduce((value, part) => value?.[part], realm)
    if (owner) delete owner[last]
  }
  if (realm.ReadableStream) delete realm.ReadableStream.prototype[Symbol.asyncIterator]
}
