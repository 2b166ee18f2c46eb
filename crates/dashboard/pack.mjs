// Prepares the built files for serving: `node pack.mjs FOLDER`. Moves all files but the page into a folder named by a hash of
// their contents, so that browsers can cache them forever, and compresses each file once.
import { createHash } from 'node:crypto'
import { mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as zlib from 'node:zlib'

const dist = process.argv[2]
const files = (await readdir(dist)).filter((name) => name !== 'index.html').sort()

const hash = createHash('sha256')
for (const name of files) hash.update(`${name}\0`).update(await readFile(join(dist, name)))
const folder = `assets/${hash.digest('hex').slice(0, 16)}`
await mkdir(join(dist, folder), { recursive: true })
for (const name of files) await rename(join(dist, name), join(dist, folder, name))

let page = await readFile(join(dist, 'index.html'), 'utf8')
for (const name of files) page = page.replaceAll(`"/${name}"`, `"/${folder}/${name}"`)
await writeFile(join(dist, 'index.html'), page)

const { constants } = zlib
const ways = {
  br: (bytes) =>
    zlib.brotliCompressSync(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }),
  gz: (bytes) => zlib.gzipSync(bytes, { level: 9 }),
}
// Node.js has Zstandard since 22.15. Without it browsers use one of the others.
if (zlib.zstdCompressSync) {
  ways.zst = (bytes) => zlib.zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 19 } })
}
for (const path of ['index.html', ...files.map((name) => `${folder}/${name}`)]) {
  const bytes = await readFile(join(dist, path))
  for (const [ending, compress] of Object.entries(ways)) {
    const compressed = compress(bytes)
    if (compressed.length < bytes.length) await writeFile(join(dist, `${path}.${ending}`), compressed)
  }
}
