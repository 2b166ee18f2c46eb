// The counters of the other modules have the member names that RUM reads.
import assert from 'node:assert/strict'
import { build } from 'esbuild'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { stats as json } from 'whippet/json'
import { lazy } from 'whippet/lazy'
import { QueryClient } from 'whippet/query'
import { stats as timing } from 'whippet/timing'

test('every counter of the package is found in the stats of its module', async () => {
  const { outputFiles } = await build({
    bundle: true,
    entryPoints: [fileURLToPath(new URL('../../src/rum/toolkitCounters.ts', import.meta.url))],
    format: 'esm',
    logLevel: 'silent',
    write: false,
  })
  const { readTotals } = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`)
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
