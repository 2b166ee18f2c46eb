// With zone.js, on which Angular apps run.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import 'zone.js/node'
import { debounce, throttle } from 'whippet/timing'

const task = () => new Promise((resolve) => setImmediate(resolve))

test('a function runs in the zone of the call that began its wait, whoever set the one timer', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const angular = Zone.root.fork({ name: 'angular' })
  const ran = []
  const inside = debounce(() => ran.push(`inside: ${Zone.current.name}`), 50)
  const outside = throttle((n) => ran.push(`outside ${n}: ${Zone.current.name}`), 100)
  angular.run(() => inside())
  outside(1)
  // In a later task, which sets the timer again.
  await task()
  outside(2)
  debounce(() => {}, 70)()
  t.mock.timers.tick(50)
  await task()
  angular.run(() => debounce(() => {}, 70)())
  t.mock.timers.tick(50)
  assert.deepEqual(ran, ['outside 1: <root>', 'inside: angular', 'outside 2: <root>'])
})
