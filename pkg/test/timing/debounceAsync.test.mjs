import assert from 'node:assert/strict'
import { test } from 'node:test'
import { debounceAsync, throttleAsync } from 'whippet/timing'
import { clock, deferredRuns, onMockClock, outcome, settled } from './clock.mjs'

onMockClock()

test('calls of a burst share one promise and one run, with the last arguments', async () => {
  const { runs, fn } = deferredRuns()
  const search = debounceAsync(fn, 30)
  const first = search('w')
  clock.tick(10)
  const second = search('wh')
  assert.equal(first, second)
  assert.equal(search.pending(), true)
  clock.tick(30)
  assert.equal(runs.length, 1)
  assert.equal(runs[0].args[0], 'wh')
  assert.ok(runs[0].signal instanceof AbortSignal)
  assert.equal(await outcome(first), 'pending')
  runs[0].resolve('found')
  assert.deepEqual(await outcome(second), { value: 'found' })
})

test('the next call aborts the previous run, whose late result is ignored', async () => {
  const { runs, fn } = deferredRuns()
  const search = debounceAsync(fn, 10)
  const old = search('old')
  clock.tick(10)
  assert.equal(runs[0].signal.aborted, false)
  const young = search('young')
  assert.equal(runs[0].signal.aborted, true)
  assert.notEqual(old, young)
  assert.deepEqual(await outcome(old), { error: 'AbortError' })
  clock.tick(10)
  runs[1].resolve('young')
  runs[0].resolve('old')
  assert.deepEqual(await outcome(young), { value: 'young' })
  assert.deepEqual(await outcome(old), { error: 'AbortError' })
})

test('a settled run is not aborted', async () => {
  const { runs, fn } = deferredRuns()
  const search = debounceAsync(fn, 10)
  search('a')
  clock.tick(10)
  runs[0].resolve()
  await settled()
  search('b')
  assert.equal(runs[0].signal.aborted, false)
})

test('a failure rejects its own burst only', async () => {
  let fail = true
  const search = debounceAsync(() => {
    if (fail) throw new RangeError('mine')
    return 'fine'
  }, 10)
  const bad = search()
  clock.tick(10)
  assert.deepEqual(await outcome(bad), { error: 'RangeError' })
  fail = false
  const good = search()
  clock.tick(10)
  assert.deepEqual(await outcome(good), { value: 'fine' })
})

test('leading: the first call runs, the others share the trailing run', async () => {
  const { runs, fn } = deferredRuns()
  const search = debounceAsync(fn, 10, { leading: true })
  const first = search(1)
  assert.equal(runs.length, 1)
  const second = search(2)
  assert.equal(search(3), second)
  assert.equal(runs[0].signal.aborted, true)
  clock.tick(10)
  assert.equal(runs[1].args[0], 3)
  runs[1].resolve('three')
  assert.deepEqual(await outcome(first), { error: 'AbortError' })
  assert.deepEqual(await outcome(second), { value: 'three' })
})

test('leading only: all calls share the leading run', async () => {
  const { runs, fn } = deferredRuns()
  const search = debounceAsync(fn, 10, { leading: true, trailing: false })
  const first = search(1)
  assert.equal(search(2), first)
  assert.equal(runs[0].signal.aborted, false)
  clock.tick(20)
  assert.equal(runs.length, 1)
  runs[0].resolve('one')
  assert.deepEqual(await outcome(first), { value: 'one' })
})

test('cancel aborts waiting calls and the current run', async () => {
  const { runs, fn } = deferredRuns()
  const search = debounceAsync(fn, 10)
  const running = search(1)
  clock.tick(10)
  search.cancel()
  assert.equal(runs[0].signal.aborted, true)
  assert.deepEqual(await outcome(running), { error: 'AbortError' })
  const waiting = search(2)
  search.cancel()
  assert.equal(search.pending(), false)
  assert.deepEqual(await outcome(waiting), { error: 'AbortError' })
  clock.tick(100)
  assert.equal(runs.length, 1)
})

test('flush runs a waiting call and returns its promise', async () => {
  const { runs, fn } = deferredRuns()
  const search = debounceAsync(fn, 10)
  assert.equal(search.flush(), undefined)
  const promise = search(1)
  assert.equal(search.flush(), promise)
  assert.equal(runs.length, 1)
})

test('an aborted signal rejects waiting and later calls with its reason', async () => {
  const controller = new AbortController()
  const { runs, fn } = deferredRuns()
  const search = debounceAsync(fn, 10, { signal: controller.signal })
  const waiting = search(1)
  controller.abort('gone')
  assert.deepEqual(await outcome(waiting), { error: 'gone' })
  assert.deepEqual(await outcome(search(2)), { error: 'gone' })
  clock.tick(100)
  assert.equal(runs.length, 0)
})

test('runs with the `this` of the last call, and may call itself again', async () => {
  const seen = []
  const search = debounceAsync(function (n) {
    seen.push(this?.name, n)
    if (n < 2) search.call({ name: 'inner' }, n + 1)
    return n
  }, 10)
  search.call({ name: 'outer' }, 1)
  clock.tick(10)
  clock.tick(10)
  assert.deepEqual(seen, ['outer', 1, 'inner', 2])
})

test('invalid arguments throw a TypeError', () => {
  assert.throws(() => debounceAsync(() => {}, 10, { trailing: false }), { name: 'TypeError', message: /never run/ })
  assert.throws(() => debounceAsync(5), { name: 'TypeError', message: /Expected a function/ })
  assert.throws(() => debounceAsync(() => {}, 5, { signal: 5 }), { name: 'TypeError', message: /AbortSignal/ })
})

test('throttleAsync runs the first call, later calls share the next run, which aborts the previous one', async () => {
  const { runs, fn } = deferredRuns()
  const save = throttleAsync(fn, 30)
  const first = save(1)
  const second = save(2)
  assert.equal(save(3), second)
  assert.equal(runs.length, 1)
  assert.equal(runs[0].signal.aborted, false, 'a call alone does not abort the run')
  clock.tick(30)
  assert.equal(runs[0].signal.aborted, true)
  assert.equal(runs[1].args[0], 3)
  runs[1].resolve('three')
  assert.deepEqual(await outcome(first), { error: 'AbortError' })
  assert.deepEqual(await outcome(second), { value: 'three' })
})
