// The package as its users get it: packed, installed in a fresh project, imported and bundled.
import { build } from 'esbuild'
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { launch } from './browser.mjs'

const pkg = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../pkg')
let project

const run = (program, args) => execFileSync(program, args, { cwd: project, encoding: 'utf8' })

before(() => {
  project = mkdtempSync(path.join(tmpdir(), 'whippet-consumer-'))
  writeFileSync(path.join(project, 'package.json'), '{ "name": "consumer", "private": true }')
  const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', project], { cwd: pkg, encoding: 'utf8' })
  const [{ filename }] = JSON.parse(packed)
  run('npm', ['install', '--offline', '--no-audit', '--no-fund', path.join(project, filename)])
})

after(() => rmSync(project, { recursive: true, force: true }))

const use = `
  const client = new QueryClient()
  let calls = 0
  const queryFn = async () => ({ calls: ++calls })
  const [a, b] = await Promise.all([
    client.fetchQuery({ queryKey: ['a'], queryFn, staleTime: 1000 }),
    client.fetchQuery({ queryKey: ['a'], queryFn, staleTime: 1000 }),
  ])
`

test('it is imported as a module, and nothing keeps the process alive', () => {
  writeFileSync(
    path.join(project, 'esm.mjs'),
    `import { QueryClient } from 'whippet/query'
     import * as all from 'whippet'
     if (all.QueryClient !== QueryClient) throw new Error('two QueryClients')
     ${use}
     console.log(calls, a === b)`,
  )
  assert.equal(run(process.execPath, ['esm.mjs']).trim(), '1 true')
})

test('it is required, as Jest does it', () => {
  writeFileSync(
    path.join(project, 'cjs.cjs'),
    `const { QueryClient } = require('whippet/query')
     const all = require('whippet')
     if (all.QueryClient !== QueryClient) throw new Error('two QueryClients')
     void (async () => { ${use}; console.log(calls, a === b) })()`,
  )
  assert.equal(run(process.execPath, ['cjs.cjs']).trim(), '1 true')
})

test('it is bundled with no configuration, and runs in Chromium', async () => {
  writeFileSync(
    path.join(project, 'app.js'),
    `import { QueryClient } from 'whippet/query'\n${use}\nwindow.done = [calls, a === b]`,
  )
  await build({
    absWorkingDir: project,
    bundle: true,
    entryPoints: ['app.js'],
    format: 'esm',
    logLevel: 'silent',
    outfile: 'bundle.js',
  })
  const browser = await launch()
  try {
    const page = await browser.newPage()
    await page.addScriptTag({ path: path.join(project, 'bundle.js'), type: 'module' })
    await page.waitForFunction('window.done')
    assert.deepEqual(await page.evaluate('window.done'), [1, true])
  } finally {
    await browser.close()
  }
})

test('what is not used is not loaded: a page with debounce has none of the rest', async () => {
  const bundle = async (code) => {
    const { outputFiles } = await build({
      bundle: true,
      format: 'esm',
      logLevel: 'silent',
      minify: true,
      stdin: { contents: code, resolveDir: project },
      write: false,
    })
    return outputFiles[0].contents.length
  }
  const one = await bundle(`import { debounce } from 'whippet'; window.f = debounce(() => {}, 9)`)
  const all = await bundle(`export * from 'whippet'`)
  assert.ok(one * 3 < all, `debounce alone ${one} bytes, everything ${all}`)
})
