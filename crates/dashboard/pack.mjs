// Prepares the built files for serving: `node pack.mjs FOLDER`. Moves all files but the page into a folder named by a hash of
// their contents, so that browsers can cache them forever, and compresses each file once.
import { createHash } from 'node:crypto'
import { mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { Zstd } from '@hpcc-js/wasm-zstd'

const dist = process.argv[2]
const files = (await readdir(dist)).filter((name) => name !== 'index.html').sort()

const hash = createHash('sha256')
for (const name of files) hash.update(`${name}\0`).update(await readFile(join(dist, name)))
const folder = `assets/${hash.digest('hex').slice(0, 16)}`
await mkdir(join(dist, folder), { recursive: true })
for (const name of files) await rename(join(dist, name), join(dist, folder, name))

// Relative, so that the dashboard works below any path of a proxy.
let page = await readFile(join(dist, 'index.html'), 'utf8')
for (const name of files) page = page.replaceAll(`"/${name}"`, `"${folder}/${name}"`)
await writeFile(join(dist, 'index.html'), page)

// Node.js has Zstandard of its own since 22.15; a build must give the same files on all versions.
const zstd = await Zstd.load()
const encoders = {
  br: (bytes) =>
    brotliCompressSync(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }),
  // The highest level that decoders with 8 MB of memory take: RFC 9659 bounds the window to that.
  zst: (bytes) => zstd.compress(bytes, 19),
  gz: (bytes) => gzipSync(bytes, { level: 9 }),
}
for (const path of ['index.html', ...files.map((name) => `${folder}/${name}`)]) {
  const bytes = await readFile(join(dist, path))
  for (const [ending, compress] of Object.entries(encoders)) {
    const compressed = compress(bytes)
    if (compressed.length < bytes.length) await writeFile(join(dist, `${path}.${ending}`), compressed)
  }
}
