// Paced functions where WebAssembly does not run, or runs no longer: each call runs, and one warning says why.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { run, traps, ways } from './ways.mjs'

const code = `
  const { debounce, throttle, debounceAsync, throttleAsync, batch, memoize, rateLimit, retry, stats } = timing
  const log = []
  const note = (name) => function (...args) { log.push(name + ':' + args.filter((it) => !(it instanceof AbortSignal)).join()); return args[0] }
  const debounced = debounce(note('debounce'), 50)
  const throttled = throttle(note('throttle'), 50, { leading: false })
  const returned = [debounced(1), debounced(2), throttled(3), throttled(4)]
  debounced.cancel(); throttled.flush()
  const pending = [debounced.pending(), throttled.pending()]
  const settled = await Promise.allSettled([debounceAsync(note('debounceAsync'), 50)(5), throttleAsync(note('throttleAsync'), 50)(6)])
  const load = batch((items) => (log.push('batch:' + items), items.map((item) => item * 10)), { maxWait: 50 })
  const loaded = await Promise.all([load(7), load(8)])
  load.flush(); load.cancel()
  const once = memoize(note('memoize'))
  const kept = [once(9), once(9)]
  const fresh = memoize(note('ttl'), { ttl: 1000 })
  fresh(10); fresh(10)
  const bounded = memoize(note('bounded'), { maxSize: 1 })
  await bounded(11); await bounded(12); bounded.clear(); bounded.delete(11); bounded.stats()
  const slow = memoize(async () => { log.push('rejects'); throw new Error('no') })
  await slow().catch(() => {}); await slow().catch(() => {})
  const limited = rateLimit(note('limit'), { limit: 1, interval: 1000 })
  const limits = await Promise.all([limited(13), limited(14), limited(15)])
  limited.clear()
  const tried = await retry(({ attempt }) => attempt)
  const gaveUp = await retry(() => { throw new Error('told') }).catch(({ message }) => message)
  const controller = new AbortController()
  const aborted = debounce(note('aborted'), 1, { signal: controller.signal })
  controller.abort()
  aborted(16)
  return { log, returned, pending, settled: settled.map(({ value }) => value), loaded, kept, limits, tried, gaveUp, stats: stats(), warnings }`

/** What it all comes to where nothing waits. */
function unpaced({ log, warnings, ...result }) {
  assert.deepEqual(log, [
    'debounce:1',
    'debounce:2',
    'throttle:3',
    'throttle:4',
    'debounceAsync:5',
    'throttleAsync:6',
    'batch:7',
    'batch:8',
    'memoize:9',
    'ttl:10',
    'ttl:10',
    'bounded:11',
    'bounded:12',
    'rejects',
    'rejects',
    'limit:13',
    'limit:14',
    'limit:15',
  ])
  assert.deepEqual(result, {
    returned: [1, 2, 3, 4],
    pending: [false, false],
    settled: [5, 6],
    loaded: [70, 80],
    kept: [9, 9],
    limits: [13, 14, 15],
    tried: 1,
    gaveUp: 'told',
    stats: { calls: 0, invocations: 0 },
  })
  assert.equal(warnings.length, 1)
  assert.match(warnings[0], /whippet\/timing.*unpaced/)
}

for (const [name, way] of Object.entries(ways)) {
  test(`WebAssembly ${name}: paced functions run unpaced, with one warning`, async () => {
    const result = await run(way, code)
    unpaced(result)
    assert.match(result.warnings[0], /WasmUnavailableError/)
  })
}

test('what traps at its first call, too', async () => unpaced(await run(traps(0), code)))

test('what traps later hangs nobody, throws nothing, and loses no call', async () => {
  for (let after = 1; after < 60; after++) {
    const { log, loaded, limits, tried, gaveUp, settled, warnings } = await run(
      traps(after),
      code.replaceAll('50', '5').replaceAll('1000', '20'),
    )
    assert.deepEqual(
      [loaded, limits, tried, gaveUp, settled],
      [[70, 80], [13, 14, 15], 1, 'told', [5, 6]],
      `after ${after} calls`,
    )
    for (const one of ['memoize:9', 'ttl:10', 'bounded:12', 'limit:15'])
      assert.ok(log.includes(one), `${one} after ${after} calls`)
    if (warnings.length !== 1) break
  }
})
