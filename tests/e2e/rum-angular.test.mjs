// A page with zone.js, as in Angular: startRum does not delay its stability, and our listeners trigger no change detection.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { all, beacons, closed, open } from './rum-site.mjs'
import { eventually } from './browser.mjs'

const zone = createRequire(import.meta.url).resolve('zone.js')

/** Starts measuring in a zone like Angular's. `tasks`: pending tasks in the zone; `runs`: tasks that ran in it. */
const inAngular = `
  window.tasks = { macroTask: false, microTask: false }
  window.waited = []
  window.runs = []
  window.angular = Zone.current.fork({
    name: 'angular',
    properties: { isAngularZone: true },
    onScheduleTask: (parent, current, target, task) => {
      if (task.type !== 'eventTask') waited.push(task.type + ' ' + task.source)
      return parent.scheduleTask(target, task)
    },
    onInvokeTask: (parent, current, target, task, self, args) => {
      runs.push(task.type + ' ' + task.source)
      return parent.invokeTask(target, task, self, args)
    },
    onHasTask: (parent, current, target, state) => {
      parent.hasTask(target, state)
      if (current === target) tasks[state.change] = state[state.change]
    },
  })
  angular.run(() => {
    window.rum = whippet.startRum({ endpoint, app: 'angular', flushInterval: 1000, traceparent: ['/api/traced'] })
  })`

for (const [how, script] of [
  ['', undefined],
  [', by the history alone', () => Object.defineProperty(window, 'navigation', { value: undefined })],
]) {
  test(`an app on zone.js is stable${how}`, async () => {
    const page = await open({ script: { path: zone }, options: '{ consent: false }' })
    if (script) await page.evaluate(script)
    const [pending, waited] = await page.evaluate((inAngular) => {
      ;(0, eval)(inAngular)
      return [tasks, waited]
    }, inAngular)
    assert.equal(pending.macroTask, false)
    assert.deepEqual(
      waited.filter((task) => task.startsWith('macroTask')),
      [],
    )
    // User input, a change of the document, and the flush timer.
    await page.click('button')
    await page.keyboard.press('a')
    await page.evaluate(() => document.querySelector('h1').after(document.createElement('hr')))
    await eventually('a beacon', () => beacons.length)
    await page.waitForTimeout(1500)
    await page.evaluate(() => angular.run(() => rum.mark('marked')))
    assert.deepEqual(await page.evaluate(() => [tasks.macroTask, runs, waited.filter((task) => task.startsWith('macro'))]), [
      false,
      [],
      [],
    ])

    // The page's own tasks run in its zone.
    const ran = await page.evaluate(() =>
      angular.run(
        () =>
          new Promise((done) => {
            fetch('/api/traced')
              .then((response) => response.text())
              .then((text) => {
                const request = new XMLHttpRequest()
                request.onload = () =>
                  setTimeout(() => {
                    history.pushState(null, '', '/carts/77')
                    done([text, Zone.current.name])
                  })
                request.open('GET', '/api/traced')
                request.send()
              })
          }),
      ),
    )
    assert.deepEqual(ran, ['{}', 'angular'])
    // A call of `flush` inside the zone leaves no task there either.
    const [before, had] = await page.evaluate(() => {
      const before = [waited.filter((task) => task.startsWith('macro')).length, runs.length]
      angular.run(() => {
        rum.count('on the route')
        rum.flush()
      })
      return [before, tasks.macroTask]
    })
    assert.equal(had, false)
    await eventually('the route', () => beacons.some(({ page, counters }) => page === '/carts/:id' && counters?.on_the_route))
    await page.waitForTimeout(1500)
    const after = await page.evaluate(() => [waited.filter((task) => task.startsWith('macro')).length, runs.length])
    assert.equal(after[0], before[0])
    assert.deepEqual(await page.evaluate((from) => runs.slice(from).filter((run) => !run.startsWith('microTask')), before[1]), [])
    await page.evaluate(() => angular.run(() => rum.stop()))
    // The beacons of both page views arrive in any order.
    await eventually('what was measured', () => {
      const { vitals, timings } = all()
      return vitals?.TTFB && vitals.FCP && timings?.marked
    })
    assert.deepEqual(page.faults, [])
    await closed(page)
  })
}
