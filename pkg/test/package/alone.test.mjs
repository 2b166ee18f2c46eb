// Each export of each subpath, imported alone: what needs no engine brings no wasm module with it. Printed is what each costs.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { budgetOf, helperName, HELPER_FLOOR } from '../../../tests/bench/size/budgets.mjs'
import { brotli, bundle } from '../../../tests/bench/size/bundle.mjs'
import { alone, exportsOf, needEngine } from '../../../tests/bench/size/engines.mjs'

/** The bytes of an export alone, and the wasm modules that come with it. */
async function cost(subpath, name) {
  const { metafile, outputFiles } = await bundle(alone(subpath, name), { metafile: true })
  const [{ inputs }] = Object.values(metafile.outputs)
  const modules = Object.entries(inputs)
    .filter(([file, { bytesInOutput }]) => /dist\/hex\/\w+\.js$/.test(file) && bytesInOutput > 0)
    .map(([file]) => path.basename(file, '.js'))
  return { bytes: brotli(outputFiles[0].contents), modules }
}

for (const [subpath, withEngine] of Object.entries(needEngine)) {
  test(`whippet/${subpath}: what needs no engine has none`, async (t) => {
    const names = await exportsOf(subpath)
    for (const name of withEngine) assert.ok(names.includes(name), `there is no ${name} any more`)
    const heavy = []
    for (const name of names) {
      const { bytes, modules } = await cost(subpath, name)
      t.diagnostic(`${name}: ${bytes} bytes${modules.length ? `, with the wasm of ${modules.join(' and ')}` : ''}`)
      if (withEngine.includes(name)) continue
      if (modules.length || bytes > budgetOf(helperName(subpath, name), HELPER_FLOOR))
        heavy.push(`${name}: ${bytes} bytes, ${modules.join(' and ') || 'no'} wasm`)
    }
    assert.deepEqual(heavy, [])
  })
}

test('a wasm module is seen where there is one', async () => {
  for (const [subpath, name] of [
    ['json', 'jsonQuery'],
    ['lazy', 'showThumbhash'],
  ]) {
    const { modules } = await cost(subpath, name)
    assert.notDeepEqual(modules, [], name)
  }
})

test('queries, measuring, pacing and lazy loading load no wasm', async () => {
  for (const name of ['QueryClient', 'MutationObserver']) assert.deepEqual((await cost('query', name)).modules, [], name)
  for (const name of ['onLCP', 'startRum']) assert.deepEqual((await cost('rum', name)).modules, [], name)
  assert.deepEqual((await cost('lazy', 'lazy')).modules, [])
  for (const name of ['debounce', 'rateLimit']) assert.deepEqual((await cost('timing', name)).modules, [], name)
})

test('every subpath is looked at', () => {
  const { exports } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  const subpaths = Object.keys(exports).filter((name) => exports[name].require && name !== '.')
  assert.deepEqual(Object.keys(needEngine).sort(), subpaths.map((name) => name.slice(2)).sort())
})
