// Makes dist/ from src/ and the wasm that `cargo xtask build` left in wasm/:
//   *.js       ES modules that share chunks
//   hex/       the wasm as text, in hex or as spelling.mjs has it, which they import
//   *.wasm     the same as files
//   workerd/   the same ES modules where bytes may not be compiled: given the files first
//   cjs/       the ES modules as CommonJS, for Jest, which read the files; and all declarations
//   types/     the declarations of ES modules, which lead to those
// With `--maps FOLDER` it writes the ES modules alone, there, with source maps: `cargo xtask size --why` reads them.
import { build, transform } from 'esbuild'
import { spawnSync } from 'node:child_process'
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { target } from './browsers.mjs'
import { writeCommonJs } from './commonjs.mjs'
import { shareDeclarations } from './declarations.mjs'
import { internalNames } from './internalNames.mjs'
import { ruleNames } from './ruleNames.mjs'
import { renameExports, shortNames } from './shortExports.mjs'
import { spelledModule } from './spelling.mjs'

const root = path.dirname(fileURLToPath(import.meta.url))
const subpaths = [
  'devtools',
  'devtools/production',
  'json',
  'json/delta',
  'lazy',
  'query',
  'rum',
  'rum/attribution',
  'rum/otlp',
  'server',
  'timing',
]
/** The file of `src` that a subpath is made of. */
const sourceOf = (name) => (name === 'devtools/production' ? name : `${name}/index`)
const entries = {
  index: 'src/index.ts',
  ...Object.fromEntries(subpaths.map((name) => [name, `src/${sourceOf(name)}.ts`])),
}

const short = await shortNames(path.join(root, 'wasm'))
const members = await ruleNames(
  ...['src/rules', 'src/deadlines.ts', 'src/query/observerOptions.ts', 'src/rum', 'src/lazy'].map((place) =>
    path.join(root, place),
  ),
)

async function shippedWasm(name) {
  return renameExports(await readFile(path.join(root, 'wasm', name, 'whippet_npm_bg.wasm')), short)
}

/** The modules that a page's first load does not wait for. */
const unhurried = ['json']

/** What `hex.js` is: gives the bytes of a module, its exports renamed, or the module that was provided instead. */
const sourceModule = (name, bytes) =>
  unhurried.includes(name)
    ? spelledModule(bytes)
    : `let source = '${bytes.toString('hex')}'
export default () => source
export const provide = (module) => { source = module }
`

const hexOfWasm = {
  name: 'hex-of-wasm',
  setup(build) {
    build.onLoad({ filter: /[\\/]hex\.js$/ }, async ({ path: file }) => {
      const name = path.basename(path.dirname(file))
      return { contents: sourceModule(name, await shippedWasm(name)) }
    })
  },
}

// A development build has wasm-bindgen's glue, which can also fetch the wasm from a URL beside it. We start from bytes that
// are there already, and `new URL(…, import.meta.url)` is what bundlers stumble over: that way out is left out.
const onlySync = {
  name: 'only-sync',
  setup(build) {
    build.onLoad({ filter: /whippet_npm\.js$/ }, async ({ path: file }) => {
      const text = await readFile(file, 'utf8')
      const contents = text.replace(
        /\nlet __wbg_init_promise;[\s\S]*\nexport \{ initSync, __wbg_init as default \};/,
        '\nexport { initSync };',
      )
      if (/import\.meta|__wbg_init\b/.test(contents)) throw new Error(`${file}: wasm-bindgen's glue has a new form`)
      return { contents, loader: 'js' }
    })
  },
}

// Left as `#wasm/NAME` until it is known where the importing chunk lies. It has no effect, so what is not used is not
// imported.
const wasmImports = {
  name: 'wasm-imports',
  setup(build) {
    build.onResolve({ filter: /[\\/]hex\.js$/ }, ({ path: request }) => {
      return { path: `#wasm/${path.basename(path.dirname(request))}`, external: true, sideEffects: false }
    })
  },
}

const common = {
  absWorkingDir: root,
  bundle: true,
  entryPoints: entries,
  inject: ['src/inject/textDecoder.ts'],
  logLevel: 'warning',
  mangleCache: { ...short, ...members },
  mangleProps: new RegExp(`^(${[...Object.keys(short), ...internalNames].join('|')})$|\\w\\$$`),
  // Inlines the constants of src/boundary, which a user's bundler would keep as variables.
  minifySyntax: true,
  outdir: 'dist',
  platform: 'neutral',
  target,
}

const plugins = [onlySync]
const esm = { ...common, format: 'esm', splitting: true, chunkNames: 'chunks/[name]-[hash]' }
const maps = process.argv.indexOf('--maps')
if (maps > 0) {
  const outdir = path.resolve(process.argv[maps + 1])
  await build({ ...esm, outdir, plugins: [...plugins, hexOfWasm], sourcemap: true, sourcesContent: false })
  await dropEmptyImports(outdir)
  process.exit()
}

const dist = (...parts) => path.join(root, 'dist', ...parts)
await rm(dist(), { recursive: true, force: true })
await writeModules((await build({ ...esm, plugins: [...plugins, wasmImports], write: false })).outputFiles)
await dropEmptyImports(dist())
await shorten(dist())
// Measuring gets by without a TextEncoder; pages that have one do not pay for it, only what Jest loads does.
const inject = [...common.inject, 'src/inject/textEncoder.ts']
// Nobody looks at devtools where CommonJS is loaded.
const entryPoints = {
  ...entries,
  devtools: 'src/devtools/none/index.ts',
  'devtools/production': 'src/devtools/none/production.ts',
}
const { outputFiles } = await build({
  ...esm,
  entryPoints,
  inject,
  outdir: 'dist/cjs',
  plugins: [...plugins, wasmImports],
  write: false,
})
await writeCommonJs(outputFiles, dist('cjs'))

const tsc = createRequire(import.meta.url).resolve('typescript/package.json')
const types = spawnSync(
  process.execPath,
  [
    path.join(path.dirname(tsc), 'bin/tsc'),
    '-p',
    root,
    '--noEmit',
    'false',
    '--declaration',
    '--emitDeclarationOnly',
    '--rootDir',
    path.join(root, 'src'),
    '--outDir',
    dist('cjs/types'),
  ],
  { stdio: 'inherit' },
)
if (types.status !== 0) process.exit(types.status ?? 1)
await shareDeclarations(dist('cjs/types'), dist('types'), ['index', ...subpaths.map(sourceOf)])

await mkdir(dist('hex'))
for (const name of await readdir(path.join(root, 'wasm'))) {
  const wasm = await shippedWasm(name)
  await writeFile(dist(`${name}.wasm`), wasm)
  await writeFile(dist('hex', `${name}.js`), sourceModule(name, wasm))
}
for (const name of Object.keys(entries)) await writeForWorkerd(name)

async function writeModules(files) {
  for (const { path: file, text } of files) {
    const hex = path.relative(path.dirname(file), dist('hex')).split(path.sep).join('/')
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, text.replace(/(["'])#wasm\/(\w+)\1/g, `$1${hex.startsWith('.') ? '' : './'}${hex}/$2.js$1`))
  }
}

// The entry, behind the wasm modules that it may start, as files.
async function writeForWorkerd(name) {
  const file = dist('workerd', `${name}.js`)
  const request = (target) => path.relative(path.dirname(file), dist(target)).split(path.sep).join('/')
  const lines = [`export * from '${request(`${name}.js`)}'`]
  for (const wasm of [...(await wasmOf(dist(`${name}.js`)))].sort()) {
    lines.unshift(
      `import ${wasm} from '${request(`${wasm}.wasm`)}'`,
      `import { provide as provide_${wasm} } from '${request(`hex/${wasm}.js`)}'`,
    )
    lines.push(`provide_${wasm}(${wasm})`)
  }
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, `${lines.join('\n')}\n`)
}

/** The names of the wasm modules that `file` leads to. */
async function wasmOf(file, seen = new Set(), found = new Set()) {
  if (seen.has(file)) return found
  seen.add(file)
  for (const [, request] of (await readFile(file, 'utf8')).matchAll(/(?:from|import) ?["'](\.[^"']+\.js)["']/g)) {
    const target = path.join(path.dirname(file), request)
    if (path.dirname(target) === dist('hex')) found.add(path.basename(target, '.js'))
    else await wasmOf(target, seen, found)
  }
  return found
}

// A chunk that is imported for nothing but its effects has none: bundlers would only warn of the line. It stays, empty, for
// the source map.
async function dropEmptyImports(folder) {
  for (const name of Object.keys(entries)) {
    const file = path.join(folder, `${name}.js`)
    await writeFile(file, (await readFile(file, 'utf8')).replace(/^import "\.{1,2}\/chunks\/[^"]+";$/gm, ''))
  }
}

// Whoever debugs reads the sources, since these are bundles already: with long local names, comments and indentation they would be
// 15 kB more of the tarball. Classes and functions that are exported keep their names, which errors and profiles show.
async function shorten(folder) {
  const minified = async (text) => (await transform(text, { minify: true, target })).code
  for (const file of await readdir(folder, { recursive: true })) {
    if (!file.endsWith('.js')) continue
    const original = await readFile(path.join(folder, file), 'utf8')
    if (original.includes('// src/devtools/panel.ts')) {
      // Nobody debugs the devtools in a page of their own.
      await writeFile(path.join(folder, file), await minified(original))
      continue
    }
    const text = exportedInPlace(original)
    const { code } = await transform(text, { minifyIdentifiers: true, minifySyntax: true, target })
    const short = code.replace(/^ *\/\*\*[^]*?\*\/\n|^\/\/ .*\n|^ +/gm, '')
    if ((await minified(short)) !== (await minified(code)))
      throw new Error(`${file}: what looks like a comment or indentation is code`)
    // Where it counts: what is large, and what no page downloads.
    const isLarge = short.length > 18_000 || file === 'server.js'
    await writeFile(path.join(folder, file), isLarge ? await withoutSpaces(short) : short)
  }
}

// Lines stay short, for traces of the stack. With spaces esbuild drops what marks calls as pure: a term stands for each meanwhile.
async function withoutSpaces(text) {
  const mark = '/* @__PURE__ */'
  const { code } = await transform(text.replaceAll(`${mark} `, 'PURE$$+'), { lineLimit: 160, minifyWhitespace: true, target })
  const dense = code.replaceAll('PURE$+', mark)
  const whole = async (text) => (await transform(text, { minifySyntax: true, minifyWhitespace: true, target })).code
  const marks = (text) => text.split(mark).length
  if ((await whole(dense)) !== (await whole(text)) || marks(dense) !== marks(text)) throw new Error('spaces meant something')
  return dense
}

// `class A {}` and `export { A }` as `export class A {}`: esbuild leaves such a name alone.
function exportedInPlace(text) {
  const list = /^export \{\n([^}]*)\n\};\n$/m.exec(text)
  if (!list) return text
  // esbuild joins declarations: `var A = class {…}, b = 1`.
  let code = text.replace(list[0], '').replaceAll(/^\}, ([\w$]+) = /gm, '};\nvar $1 = ')
  code = code.replaceAll(/(?<=^var [^\n]*), ([\w$]+) = class\b/gm, ';\nvar $1 = class')
  const others = []
  for (const entry of list[1].split(',')) {
    const name = entry.trim()
    const escaped = name.replaceAll('$', '\\$')
    const declared = new RegExp(`^(class ${escaped}\\b|(?:async )?function\\*? ${escaped}\\b|var ${escaped} = class\\b)`, 'm')
    if (declared.test(code)) code = code.replace(declared, 'export $1')
    else others.push(name)
  }
  return others.length > 0 ? `${code}export { ${others.join(', ')} }\n` : code
}
