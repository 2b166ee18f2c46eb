// A bundle as a user's build would make it, and what it weighs: minified, and with brotli at its best.
import { build } from 'esbuild'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants } from 'node:zlib'

/** Where `whippet` and its peers are found. */
const resolveDir = path.join(path.dirname(fileURLToPath(import.meta.url)), '..')

/** Bundles a module that is given as text. Returns what esbuild does. */
export function bundle(code, options = {}) {
  return build({
    bundle: true,
    define: { 'process.env.NODE_ENV': '"production"' },
    format: 'esm',
    logLevel: 'error',
    minify: true,
    stdin: { contents: code, resolveDir },
    target: 'es2022',
    write: false,
    ...options,
  })
}

const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 }

/** The bytes of `contents` after brotli. */
export const brotli = (contents) => brotliCompressSync(contents, { params }).length

/** What a page has to load for `code`, in bytes. */
export async function weigh(code) {
  const { contents } = (await bundle(code)).outputFiles[0]
  return { minified: contents.length, brotli: brotli(contents) }
}
