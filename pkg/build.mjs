// Makes dist/ from src/ and the wasm that `cargo xtask build` left in wasm/:
//   *.js       ES modules that share chunks, the wasm inside them
//   cjs/       the same as CommonJS, for Jest
//   workerd/   the same with the wasm as a file beside them, where bytes may not be compiled
//   types/     declarations (cjs/types for CommonJS)
import { build } from 'esbuild'
import { spawnSync } from 'node:child_process'
import { cp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { target } from './browsers.mjs'
import { renameExports, shortNames } from './shortExports.mjs'

const root = path.dirname(fileURLToPath(import.meta.url))
const subpaths = ['json', 'lazy', 'query', 'rum', 'rum/attribution', 'rum/otlp', 'timing']
const entries = {
  index: 'src/index.ts',
  ...Object.fromEntries(subpaths.map((name) => [name, `src/${name}/index.ts`])),
}

const short = await shortNames(path.join(root, 'wasm'))

async function shippedWasm(name) {
  return renameExports(await readFile(path.join(root, 'wasm', name, 'whippet_npm_bg.wasm')), short)
}

// The bytes of a module, its exports renamed.
const hexOfWasm = {
  name: 'hex-of-wasm',
  setup(build) {
    build.onLoad({ filter: /[\\/]hex\.js$/ }, async ({ path: file }) => {
      const bytes = await shippedWasm(path.basename(path.dirname(file)))
      return { contents: `export default '${bytes.toString('hex')}'` }
    })
  },
}

// The names that `recordSession` writes, by the short ones.
const exportNames = {
  name: 'export-names',
  setup(build) {
    build.onLoad({ filter: /[\\/]exportNames\.ts$/ }, () => {
      const query = Object.keys(short).filter((name) => /^(query|mutation)_/.test(name))
      const names = query.map((name) => `${short[name]} ${name}`).join()
      return { contents: `export const EXPORT_NAMES = '${names}'` }
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
      const contents = text
        .replace(/\nlet __wbg_init_promise;[\s\S]*\nexport \{ initSync, __wbg_init as default \};/, '\nexport { initSync };')
      if (/import\.meta|__wbg_init\b/.test(contents)) throw new Error(`${file}: wasm-bindgen's glue has a new form`)
      return { contents, loader: 'js' }
    })
  },
}

// A CommonJS entry requires its siblings instead of holding copies: a class must be the same everywhere.
const siblings = {
  name: 'siblings',
  setup(build) {
    build.onResolve({ filter: /^\.\.?\/.*$/ }, ({ path: request, importer }) => {
      const target = path.relative(path.join(root, 'src'), path.resolve(path.dirname(importer), request))
      const found = /^(\w+)[\\/]index(\.[jt]s)?$/.exec(target)
      const from = path.relative(path.join(root, 'src'), importer).split(path.sep)[0]
      if (found && subpaths.includes(found[1]) && from !== found[1]) return { path: `./${found[1]}.js`, external: true }
    })
  },
}

// Where a runtime compiles wasm when it is deployed and not later, the module is imported as a file.
const wasmFiles = {
  name: 'wasm-files',
  setup(build) {
    build.onResolve({ filter: /\/hex\.js$/ }, ({ path: request }) => {
      // By the package's own name: chunks lie deeper than entries.
      return { path: `whippet/${path.basename(path.dirname(request))}.wasm`, external: true }
    })
  },
}

const common = {
  absWorkingDir: root,
  bundle: true,
  entryPoints: entries,
  inject: ['src/inject/textDecoder.ts'],
  logLevel: 'warning',
  mangleCache: short,
  mangleProps: new RegExp(`^(${Object.keys(short).join('|')})$`),
  // Inlines the constants of src/boundary, which a user's bundler would keep as variables.
  minifySyntax: true,
  outdir: 'dist',
  platform: 'neutral',
  target,
}

await rm(path.join(root, 'dist'), { recursive: true, force: true })
const plugins = [onlySync, exportNames]
const esm = { ...common, format: 'esm', splitting: true, chunkNames: 'chunks/[name]-[hash]' }
await build({ ...esm, plugins: [...plugins, hexOfWasm] })
await build({ ...esm, outdir: 'dist/workerd', plugins: [...plugins, wasmFiles] })
// A chunk that is imported for nothing but its effects has none: bundlers would only warn of the line.
for (const name of Object.keys(entries).flatMap((name) => [name, `workerd/${name}`])) {
  const file = path.join(root, 'dist', `${name}.js`)
  await writeFile(file, (await readFile(file, 'utf8')).replace(/^import "\.{1,2}\/chunks\/[^"]+";\n/gm, ''))
}
// Measuring gets by without a TextEncoder; pages that have one do not pay for it, only what Jest loads does.
const inject = [...common.inject, 'src/inject/textEncoder.ts']
await build({ ...common, format: 'cjs', inject, outdir: 'dist/cjs', plugins: [...plugins, hexOfWasm, siblings] })
await writeFile(path.join(root, 'dist/cjs/package.json'), '{ "type": "commonjs" }\n')

const tsc = createRequire(import.meta.url).resolve('typescript/package.json')
const types = spawnSync(
  process.execPath,
  [path.join(path.dirname(tsc), 'bin/tsc'), '-p', root, '--noEmit', 'false', '--declaration', '--emitDeclarationOnly',
    '--rootDir', path.join(root, 'src'), '--outDir', path.join(root, 'dist/types')],
  { stdio: 'inherit' },
)
if (types.status !== 0) process.exit(types.status ?? 1)
await cp(path.join(root, 'dist/types'), path.join(root, 'dist/cjs/types'), { recursive: true })

for (const name of await readdir(path.join(root, 'wasm'))) {
  await writeFile(path.join(root, 'dist', `${name}.wasm`), await shippedWasm(name))
}
