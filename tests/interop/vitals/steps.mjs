// The steps of scripts.
import { remove } from './nodes.mjs'

const ENTRY = { duration: 0, name: '' }

/** By name. */
export const STEPS = {
  on: (world, name, opts) => world.register(name, opts),
  wait: ({ page }, ms) => page.tasks.pass(ms),
  busy: ({ page }, busy) => void (page.tasks.busy = busy),
  remove: ({ page }, node) => remove(page.nodes, node),

  paint: (world, name, back) => world.add('paint', { name, startTime: world.past(back) }),
  lcp: (world, description) => world.page.timeline.add(lcp(world, description)),
  shift(world, { back, value = 0, sources = [], ...fields }) {
    const startTime = world.past(back)
    const made = sources.map((node) => withNode(world, 'node', node, world.make('source', { previousRect: {}, currentRect: {} })))
    world.add('layout-shift', { startTime, value, hadRecentInput: false, sources: made, ...fields })
  },
  event(world, { type = 'event', back, delay = 0, processing = 0, target, counts = 0, ...fields }) {
    const startTime = world.past(back)
    world.until(startTime + fields.duration)
    const processingStart = startTime + delay
    world.page.interactions += counts
    const processingEnd = processingStart + processing
    const all = { name: 'click', startTime, processingStart, processingEnd, interactionId: 0, cancelable: true, ...fields }
    world.add(type, withNode(world, 'target', target, all))
  },
  counts: ({ page }, more) => void (page.interactions += more),
  resource(world, { back, asked = 0, duration = 0, url }) {
    // In order of start, because web-vitals starts to keep resources when it is loaded, and we with the first call.
    const startTime = Math.max(world.past(back), world.resourcesSince)
    world.resourcesSince = startTime
    const requestStart = asked && startTime + asked
    const responseEnd = startTime + duration
    world.add('resource', { name: url, startTime, duration, requestStart, responseEnd, initiatorType: 'img' })
  },
  frame(world, { back, duration = 0, layout = 0, scripts = [] }) {
    // Long animation frames do not overlap.
    const startTime = Math.max(world.past(back), world.framesUntil, 1)
    world.framesUntil = startTime + duration
    world.until(world.framesUntil)
    const made = scripts.map(({ after = 0, duration = 0, forced = 0 }) =>
      world.make('script', { startTime: startTime + after, duration, forcedStyleAndLayoutDuration: forced }),
    )
    const styleAndLayoutStart = startTime + duration - layout
    world.add('long-animation-frame', {
      startTime,
      duration,
      scripts: made,
      renderStart: styleAndLayoutStart,
      styleAndLayoutStart,
    })
  },
  soft(world, { back, ids = 1, interaction = 0, largest, painted, ...fields }) {
    const { page } = world
    const startTime = world.past(back)
    if (page.navigationId) page.navigationId += ids
    const paints = painted && { [painted]: startTime + 24, ...(painted === 'presentationTime' && { paintTime: startTime + 16 }) }
    world.add('soft-navigation', {
      name: `https://site.example/route-${page.navigationId}`,
      startTime,
      interactionId: interaction,
      ...paints,
      ...fields,
      largest: largest ? afterInput(world, { interaction, ...largest }) : null,
    })
  },
  icp: (world, description) => world.page.timeline.add(afterInput(world, description)),

  input: ({ page }, type, isTrusted = true) => page.document.visibilityState === 'visible' && page.dispatch(type, { isTrusted }),
  async untrusted({ page, adjustments }, type) {
    if (type === 'visibilitychange') {
      if (page.document.visibilityState === 'visible') return
      if (adjustments.drainsFirst) await deliverAll(page, ['long-animation-frame'])
      if (adjustments.drainsFirst) await drain(page, ['event', 'first-input', 'layout-shift'])
    }
    await page.dispatch(type, { isTrusted: false, persisted: false })
  },
  hide: (world, how) => hide(world, how),
  async show({ page }) {
    if (page.document.visibilityState === 'hidden' && !page.document.prerendering) await show(page)
  },
  async restore(world, { away = 0, late, persisted = true }) {
    const { page } = world
    if (page.document.prerendering) return
    await hide(world, 'leave')
    page.tasks.frozen = true
    await page.tasks.pass(away)
    page.tasks.frozen = false
    if (!late) await show(page)
    await page.dispatch('pageshow', { onWindow: true, persisted })
    if (late) await show(page)
    await drain(page)
  },
  async activate({ page }, { background, shownFirst } = {}) {
    if (!page.document.prerendering) return
    if (!background && shownFirst) await show(page)
    page.document.prerendering = false
    if (page.navigation) page.navigation.activationStart = page.tasks.now
    await page.dispatch('prerenderingchange')
    if (!background && !shownFirst) await show(page)
  },
  async ready({ page }, state) {
    const order = ['loading', 'interactive', 'parsed', 'complete']
    const { now } = page.tasks
    if (order.indexOf(state) <= order.indexOf(page.readyState)) return
    const times = page.navigation ?? {}
    if (state === 'interactive') times.domInteractive = now
    if (state === 'parsed') return void (times.domContentLoadedEventStart = now)
    page.readyState = state
    if (state !== 'complete') return page.dispatch('readystatechange')
    for (const name of ['domInteractive', 'domContentLoadedEventStart', 'domComplete', 'loadEventStart']) times[name] ||= now
    await page.dispatch('load', { onWindow: true })
    times.loadEventEnd = now
    await page.dispatch('pageshow', { onWindow: true, persisted: false })
  },
}

function show(page) {
  page.document.visibilityState = 'visible'
  page.recordVisibility()
  return page.dispatch('visibilitychange')
}

async function hide(world, how) {
  const { page, adjustments } = world
  if (page.document.visibilityState === 'hidden') return
  // Separates what happened before from the event.
  page.tasks.now += 1
  if (adjustments.drainsFirst) await drain(page, ['event', 'first-input', 'largest-contentful-paint', 'layout-shift', 'resource'])
  if (how !== 'tab') await page.dispatch('pagehide', { onWindow: true, persisted: true })
  // Some versions of Safari fire no `visibilitychange`.
  if (how === 'unsaid') return
  page.document.visibilityState = 'hidden'
  page.recordVisibility()
  await page.dispatch('visibilitychange')
}

/** Delivers all pending entries, and lets the library process them. */
async function drain(page, types) {
  const { made } = page.tasks
  await deliverAll(page, types)
  if (types) await deliverAll(page, ['long-animation-frame'])
  // Without `requestIdleCallback` the libraries use the next task.
  await page.tasks.soon(made)
  await page.tasks.idle()
}

async function deliverAll(page, types) {
  while (await page.deliver(types));
}

/** Adds a member `name` that returns the node, or `null` once it is removed. */
function withNode(world, name, node, fields) {
  const found = world.page.nodes.get(node) ?? null
  const get = () => (found?.isConnected ? found : null)
  return Object.defineProperty(fields, name, { get, enumerable: true, configurable: true })
}

function lcp(world, { back, element, ...fields }) {
  const startTime = world.past(back)
  const all = { startTime, renderTime: startTime, loadTime: 0, size: 1, id: '', url: '', ...fields }
  return world.entry('largest-contentful-paint', withNode(world, 'element', element, all))
}

function afterInput(world, { back = 0, interaction, paint }) {
  const startTime = world.past(back)
  return world.entry('interaction-contentful-paint', {
    startTime,
    ...(interaction !== undefined && { interactionId: interaction }),
    ...(paint && { largestContentfulPaint: lcp(world, paint) }),
  })
}

/** The members of every entry. */
export const common = (page, type) => ({
  ...ENTRY,
  entryType: type,
  ...(page.navigationId && { navigationId: page.navigationId }),
})
