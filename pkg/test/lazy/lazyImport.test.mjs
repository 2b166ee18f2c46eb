import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lazyImport } from 'whippet/lazy'

for (const timeout of [2 ** 31, Infinity]) {
  test(`a timeout of ${timeout} ms does not end before the module is there`, async () => {
    const load = () => new Promise((resolve) => setTimeout(resolve, 50, 'module'))
    assert.equal(await lazyImport(load, { retries: 0, timeout }), 'module')
  })
}
