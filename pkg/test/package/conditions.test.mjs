// The package by conditions that Node.js does not take: CommonJS, which Node.js skips where it can require ES modules, and
// workerd, whose bundler takes wasm modules as files and whose runtime compiles no bytes.
import { build } from 'esbuild'
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'

const pkg = path.join(import.meta.dirname, '../..')
const { exports } = JSON.parse(readFileSync(path.join(pkg, 'package.json'), 'utf8'))
const subpaths = Object.keys(exports).filter((name) => exports[name].require)
const folder = mkdtempSync(path.join(tmpdir(), 'whippet-conditions-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const require = createRequire(import.meta.url)
const commonJs = (subpath, from = pkg) => require(path.join(from, exports[subpath].require.default))

/** Something of every wasm module that runs without a page. */
const use = `
  const client = new QueryClient()
  const data = await client.fetchQuery({ queryKey: ['a'], queryFn: () => 1 })
  const changed = await new MutationObserver(client, { mutationFn: async (n) => n + 1 }).mutate(1)
  if (changed !== 2) throw new Error("the mutation gave " + changed)
  let calls = 0
  const call = debounce(() => ++calls, 1, { leading: true })
  call(), call()
  const read = parseJsonSync(undefined, new TextEncoder().encode('{"name":"Ångström"}')).value
`

test('CommonJS has the same exports, and the same of each everywhere', async () => {
  const all = commonJs('.')
  for (const subpath of subpaths) {
    const module = commonJs(subpath)
    const names = Object.keys(await import(path.posix.join('whippet', subpath))).sort()
    assert.deepEqual(
      Object.keys(module)
        .filter((name) => name !== '__esModule')
        .sort(),
      names,
      subpath,
    )
    const others = ['.', './devtools', './devtools/production', './json/delta', './rum/attribution', './rum/otlp', './server']
    if (others.includes(subpath)) continue
    for (const name of names) if (name !== 'stats') assert.equal(all[name], module[name], name)
  }
  assert.equal(commonJs('./rum').CLSThresholds, commonJs('./rum/attribution').CLSThresholds)
})

test('CommonJS starts its wasm modules', async () => {
  const { debounce, MutationObserver, parseJsonSync, QueryClient } = commonJs('.')
  const run = new Function(
    'debounce',
    'MutationObserver',
    'parseJsonSync',
    'QueryClient',
    `return (async () => { ${use}; return [data, calls, read] })()`,
  )
  assert.deepEqual(await run(debounce, MutationObserver, parseJsonSync, QueryClient), [1, 1, { name: 'Ångström' }])
  // Without wasm the call would have run twice.
  const { batch, WasmUnavailableError } = commonJs('./timing')
  assert.equal(await batch((items) => items)(3), 3)
  assert.equal(new WasmUnavailableError(new Error('why')).name, 'WasmUnavailableError')
})

test('CommonJS in a bundle, which has no files, has them as text', async () => {
  const file = path.join(pkg, exports['.'].require.default)
  await build({
    bundle: true,
    format: 'esm',
    logLevel: 'silent',
    outfile: path.join(folder, 'bundle.mjs'),
    stdin: {
      contents: `const { debounce, MutationObserver, parseJsonSync, QueryClient } = require(${JSON.stringify(file)})
        void (async () => { ${use}; console.log(data, calls, read.name) })()`,
      resolveDir: folder,
    },
    target: 'es2022',
  })
  assert.equal(execFileSync(process.execPath, [path.join(folder, 'bundle.mjs')], { encoding: 'utf8' }).trim(), '1 1 Ångström')
})

test('CommonJS without the files of wasm is loaded, and what needs none works', async () => {
  const copy = path.join(folder, 'copy')
  cpSync(path.join(pkg, 'dist/cjs'), path.join(copy, 'dist/cjs'), { recursive: true })
  const { QueryClient } = commonJs('./query', copy)
  assert.equal(await new QueryClient().fetchQuery({ queryKey: ['a'], queryFn: () => 1 }), 1)
})

test('in workerd, wasm modules are imported as files', async () => {
  const files = new Set()
  const { outputFiles } = await build({
    bundle: true,
    conditions: ['workerd', 'worker', 'browser'],
    format: 'esm',
    logLevel: 'silent',
    plugins: [
      {
        // As Wrangler does: it goes by what the import says.
        name: 'wasm-rule',
        setup: ({ onResolve }) => {
          onResolve({ filter: /\.wasm$/ }, ({ path: request, resolveDir }) => {
            const file = path.join(resolveDir, request)
            assert.ok(existsSync(file), file)
            files.add(path.basename(file))
            return { path: `${file}.mjs`, external: true }
          })
        },
      },
    ],
    stdin: {
      contents: `
        import { debounce } from 'whippet/timing'
        import { parseJsonSync } from 'whippet/json'
        import { MutationObserver, QueryClient } from 'whippet/query'
        ${use}
        console.log(data, calls, read.name)`,
      resolveDir: import.meta.dirname,
    },
    target: 'es2022',
    write: false,
  })
  for (const name of ['json.wasm']) assert.ok(files.has(name), name)
  const [{ text }] = outputFiles
  // What the runtime does with such an import.
  let worker = text
  for (const name of files) {
    writeFileSync(
      path.join(folder, `${name}.mjs`),
      `import { readFileSync } from 'node:fs'
       export default new WebAssembly.Module(readFileSync(${JSON.stringify(path.join(pkg, 'dist', name))}))`,
    )
    worker = worker.replaceAll(new RegExp(`"[^"]*/${name}\\.mjs"`, 'g'), `"./${name}.mjs"`)
  }
  const imports = /^import .*$/gm
  const begin = `${worker.match(imports).join('\n')}
    WebAssembly.Module = class { constructor() { throw new Error('bytes are not compiled') } }`
  writeFileSync(path.join(folder, 'worker.mjs'), `${begin}\n${worker.replace(imports, '')}`)
  assert.equal(execFileSync(process.execPath, [path.join(folder, 'worker.mjs')], { encoding: 'utf8' }).trim(), '1 1 Ångström')
})
