import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lazy } from 'whippet/lazy'

test('on a server lazy() does nothing', () => {
  const images = lazy('img', { rootMargin: '10px' })
  images.update()
  assert.deepEqual(images.stats(), { pending: 0, loading: 0, loaded: 0, failed: 0, retried: 0, cancelled: 0, lcp: 0 })
  images.destroy()
})
