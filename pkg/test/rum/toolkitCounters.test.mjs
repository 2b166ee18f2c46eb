// The counters of the other modules have the member names that RUM reads.
import assert from 'node:assert/strict'
import { build } from 'esbuild'
import { before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { stats as json } from 'whippet/json'
import { lazy } from 'whippet/lazy'
import { QueryClient } from 'whippet/query'
import { stats as timing } from 'whippet/timing'

let createCounterDeltas, readTotals

before(async () => {
  const { outputFiles } = await build({
    bundle: true,
    entryPoints: [fileURLToPath(new URL('../../src/rum/toolkitCounters.ts', import.meta.url))],
    format: 'esm',
    logLevel: 'silent',
    write: false,
  })
  const url = `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
  ;({ createCounterDeltas, readTotals } = await import(url))
})

test('a total is reported by its increase, however many there are', () => {
  const deltas = createCounterDeltas()
  const names = Array.from({ length: 300 }, (_, number) => `total-${number}`)
  for (const [total, increase] of [
    [3, 3],
    [3, 0],
    [10, 7],
    // It was reset.
    [4, 4],
  ]) {
    assert.deepEqual([...new Set(names.map((name) => deltas(name, total)))], [increase])
  }
})

test('every counter of the package is found in the stats of its module', () => {
  const found = readTotals({ client: new QueryClient(), figures: { json, lazy: lazy('img'), timing } })
  assert.deepEqual(Object.keys(found).sort(), [
    'json.bytes_compared',
    'json.bytes_parsed',
    'json.bytes_received',
    'json.bytes_spared',
    'lazy.failed',
    'lazy.lcp',
    'lazy.loaded',
    'pace.calls',
    'pace.invocations',
    'query.deduplicated',
    'query.errors',
    'query.fetches',
    'query.hits',
    'query.misses',
    'query.stale_served',
  ])
})
