// What an import is made of: minified bytes and the share of brotli of each source file, and of each function of its wasm
// modules. It reads what `cargo xtask size --why` leaves in target/why: the package's ES modules with source maps, and the
// wasm modules with the names of their functions. Minifier and brotli see the same text as without maps and names.
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotli, bundle } from './bundle.mjs'
import { alone, exportsOf, needEngine } from './engines.mjs'
import { rows } from './rows.mjs'
import { textsOf } from './source-map.mjs'
import { codeLength, namesOf, partsOf } from './wasm.mjs'

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../..')
const built = path.join(root, 'target/why')
/** Smaller ones are printed as one line. */
const MOST = 40

/** `wanted`: the name of a row, or of an export. */
export async function why(wanted) {
  const code = await codeFor(wanted)
  if (!code) return fail(`There is no row and no export \`${wanted}\`. Rows: ${rows.map(({ name }) => name).join(', ')}`)
  if (!existsSync(path.join(built, 'dist'))) return fail('Run `cargo xtask size --why`: it builds what this reads')

  const { outputFiles } = await bundle(code, { outdir: built, plugins: [mapped], sourcemap: 'external', sourcesContent: false })
  const js = outputFiles.find(({ path: file }) => file.endsWith('.js'))
  const map = JSON.parse(outputFiles.find(({ path: file }) => file.endsWith('.map')).text)
  const total = { bytes: js.contents.length, brotli: brotli(js.contents) }

  // One file alone compresses worse than among others. So its share is its part of the sum of all, each alone.
  const files = [...textsOf(js.text, map)].map(([source, text]) => {
    const bytes = Buffer.from(text)
    return { name: place(source), bytes: bytes.length, alone: brotli(bytes) }
  })
  const sum = files.reduce((sum, { alone }) => sum + alone, 0)
  for (const file of files) file.brotli = (file.alone * total.brotli) / sum
  list(`${wanted}: source files`, files, total)

  for (const { name, brotli: share } of files) {
    const module = /(\w+)\/hex\.js$/.exec(name)?.[1]
    if (module) functions(module, share)
  }
}

function fail(message) {
  console.error(message)
  process.exitCode = 1
}

async function codeFor(wanted) {
  const row = rows.find(({ name }) => name === wanted)
  if (row) return row.code
  for (const subpath of Object.keys(needEngine)) {
    if ((await exportsOf(subpath)).includes(wanted)) return alone(subpath, wanted)
  }
}

/** `whippet/…` is the package with source maps. */
const mapped = {
  name: 'mapped',
  setup(build) {
    build.onResolve({ filter: /^whippet(\/|$)/ }, ({ path: request }) => ({
      path: path.join(built, 'dist', `${request.slice('whippet/'.length) || 'index'}.js`),
    }))
  },
}

/** A source's path from the root. */
const place = (source) => (source.startsWith('(') ? source : path.relative(root, path.resolve(built, source)))

/** A function's share goes by its bytes: compressed alone, it would be all header. */
function functions(module, share) {
  const shipped = readFileSync(path.join(root, `pkg/dist/${module}.wasm`))
  const named = readFileSync(path.join(built, `wasm/${module}.wasm`))
  const same = codeLength(named) === codeLength(shipped)
  const { total, parts } = partsOf(same ? shipped : named, namesOf(named))
  for (const part of parts) part.brotli = (part.bytes * share) / total
  list(`wasm of ${module}, ${total} bytes: functions and sections`, parts, { bytes: total, brotli: share })
  if (!same) console.log('(of the module with names, whose code is not quite what is shipped)')
}

function list(title, parts, total) {
  const sorted = parts.sort((a, b) => b.brotli - a.brotli)
  const rest = sorted.slice(MOST)
  console.log(`\n${'bytes'.padStart(8)}${'brotli'.padStart(8)}  ${title}`)
  for (const { name, bytes, brotli } of sorted.slice(0, MOST)) print(bytes, brotli, name)
  const added = (what) => rest.reduce((sum, part) => sum + part[what], 0)
  if (rest.length) print(added('bytes'), added('brotli'), `(${rest.length} more)`)
  print(total.bytes, total.brotli, 'together')
}

function print(bytes, brotli, name) {
  console.log(`${String(bytes).padStart(8)}${brotli.toFixed(0).padStart(8)}  ${name}`)
}
