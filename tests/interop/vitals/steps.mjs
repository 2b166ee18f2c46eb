// What scripts make happen in a page.
import { remove } from './nodes.mjs'

const ENTRY = { duration: 0, name: '' }

/** The steps of scripts, by name; each is given the world it happens in. */
export const STEPS = {
  on: (world, name, opts) => world.register(name, opts),
  wait: ({ page }, ms) => page.tasks.pass(ms),
  busy: ({ page }, busy) => void (page.tasks.busy = busy),
  remove: ({ page }, node) => remove(page.nodes, node),

  paint: (world, name, back) => world.add('paint', { name, startTime: world.past(back) }),
  lcp: (world, description) => world.page.timeline.add(lcp(world, description)),
  shift(world, { back, value = 0, sources = [], ...fields }) {
    const startTime = world.past(back)
    const made = sources.map((node) => pointing(world, 'node', node, world.make('source', { previousRect: {}, currentRect: {} })))
    world.add('layout-shift', { startTime, value, hadRecentInput: false, sources: made, ...fields })
  },
  event(world, { type = 'event', back, delay = 0, processing = 0, target, counts = 0, ...fields }) {
    const startTime = world.past(back)
    world.until(startTime + fields.duration)
    const processingStart = startTime + delay
    world.page.interactions += counts
    const processingEnd = processingStart + processing
    const all = { name: 'click', startTime, processingStart, processingEnd, interactionId: 0, cancelable: true, ...fields }
    world.add(type, pointing(world, 'target', target, all))
  },
  counts: ({ page }, more) => void (page.interactions += more),
  resource(world, { back, asked = 0, duration = 0, url }) {
    // In the order of their starts: web-vitals remembers them as they came since it was loaded, we since the first call.
    const startTime = Math.max(world.past(back), world.resourcesSince)
    world.resourcesSince = startTime
    const requestStart = asked && startTime + asked
    const responseEnd = startTime + duration
    world.add('resource', { name: url, startTime, duration, requestStart, responseEnd, initiatorType: 'img' })
  },
  frame(world, { back, duration = 0, layout = 0, scripts = [] }) {
    // One after the other.
    const startTime = Math.max(world.past(back), world.framesUntil, 1)
    world.framesUntil = startTime + duration
    world.until(world.framesUntil)
    const made = scripts.map(({ after = 0, duration = 0, forced = 0 }) =>
      world.make('script', { startTime: startTime + after, duration, forcedStyleAndLayoutDuration: forced }))
    const styleAndLayoutStart = startTime + duration - layout
    world.add('long-animation-frame', { startTime, duration, scripts: made, renderStart: styleAndLayoutStart, styleAndLayoutStart })
  },
  soft(world, { back, ids = 1, interaction = 0, largest, painted, ...fields }) {
    const { page } = world
    const startTime = world.past(back)
    if (page.navigationId) page.navigationId += ids
    const paints = painted && { [painted]: startTime + 24, ...(painted === 'presentationTime' && { paintTime: startTime + 16 }) }
    world.add('soft-navigation', {
      name: `https://site.example/route-${page.navigationId}`, startTime, interactionId: interaction, ...paints, ...fields,
      largest: largest ? afterInput(world, { interaction, ...largest }) : null,
    })
  },
  icp: (world, description) => world.page.timeline.add(afterInput(world, description)),

  input: ({ page }, type, isTrusted = true) => page.document.visibilityState === 'visible' && page.dispatch(type, { isTrusted }),
  async untrusted({ page, favours }, type) {
    if (type === 'visibilitychange') {
      if (page.document.visibilityState === 'visible') return
      if (favours.drainsFirst) await deliverAll(page, ['long-animation-frame'])
      if (favours.drainsFirst) await drain(page, ['event', 'first-input', 'layout-shift'])
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
  page.seen()
  return page.dispatch('visibilitychange')
}

async function hide(world, how) {
  const { page, favours } = world
  if (page.document.visibilityState === 'hidden') return
  // What happened until now was before.
  page.tasks.now += 1
  if (favours.drainsFirst) await drain(page, ['event', 'first-input', 'largest-contentful-paint', 'layout-shift', 'resource'])
  if (how !== 'tab') await page.dispatch('pagehide', { onWindow: true, persisted: true })
  // As some versions of Safari leave a page.
  if (how === 'unsaid') return
  page.document.visibilityState = 'hidden'
  page.seen()
  await page.dispatch('visibilitychange')
}

/** All that was not told yet is told, and looked at. */
async function drain(page, types) {
  const { made } = page.tasks
  await deliverAll(page, types)
  if (types) await deliverAll(page, ['long-animation-frame'])
  // Where there are no idle moments, the next task is one.
  await page.tasks.soon(made)
  await page.tasks.idle()
}

async function deliverAll(page, types) {
  while (await page.deliver(types));
}

/** `fields`, and a node by `name`, which is there no more once it was removed. */
function pointing(world, name, node, fields) {
  const found = world.page.nodes.get(node) ?? null
  const get = () => (found?.isConnected ? found : null)
  return Object.defineProperty(fields, name, { get, enumerable: true, configurable: true })
}

function lcp(world, { back, element, ...fields }) {
  const startTime = world.past(back)
  const all = { startTime, renderTime: startTime, loadTime: 0, size: 1, id: '', url: '', ...fields }
  return world.entry('largest-contentful-paint', pointing(world, 'element', element, all))
}

function afterInput(world, { back = 0, interaction, paint }) {
  const startTime = world.past(back)
  return world.entry('interaction-contentful-paint', {
    startTime, ...(interaction !== undefined && { interactionId: interaction }),
    ...(paint && { largestContentfulPaint: lcp(world, paint) }),
  })
}

/** An entry's fields that all have. */
export const common = (page, type) => ({ ...ENTRY, entryType: type, ...(page.navigationId && { navigationId: page.navigationId }) })
