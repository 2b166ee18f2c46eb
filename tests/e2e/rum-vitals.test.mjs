// Runs Chrome's web-vitals library in the same page, and compares the reports member by member.
import { build } from 'esbuild'
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { eventually, executable, flags, launch } from './browser.mjs'

const names = ['CLS', 'FCP', 'INP', 'LCP', 'TTFB']

/** Registers callbacks with both libraries, with and without attribution. Reports are copied when they arrive. */
const listen = `
  window.reports = { ours: [], theirs: [] }
  window.ids = []
  const seen = new Map()
  // Entries are written by type, name and start, elements by name; functions are left out.
  const plain = (value, depth = 0) => {
    if (value instanceof PerformanceEntry) return value.entryType + ' ' + value.name + ' ' + value.startTime
    if (value instanceof Node) return value.nodeName
    if (Array.isArray(value)) return value.map((item) => plain(item, depth + 1))
    if (value && typeof value === 'object') {
      if (String(value) === '[object LayoutShiftAttribution]') return 'source ' + value.node?.nodeName
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item, depth + 1)]))
    }
    return value
  }
  window.listen = (variant, opts) => {
    for (const kind of ['plain', 'attributed']) {
      for (const name of ${JSON.stringify(names)}) {
        for (const whose of ['ours', 'theirs']) {
          libraries[whose][kind]['on' + name]((metric) => {
            const { id, ...fields } = plain(metric)
            ids.push(id)
            // \`took\`: how long after the start of the page view it came.
            const report = { variant, kind, took: performance.now() - fields.navigationStartTime, ...fields }
            reports[whose].push(report)
            navigator.sendBeacon('/reports', JSON.stringify({ whose, report }))
          }, { ...opts })
        }
      }
    }
  }
  const asked = new URLSearchParams(location.search)
  listen('settled', {})
  listen('all', { reportAllChanges: true })
  listen('soft', { reportSoftNavs: true, includeProcessedEventEntries: true })
  listen('named', { generateTarget: (node) => node?.nodeName === 'BUTTON' ? 'the button' : undefined, durationThreshold: 16 })
`

const html = `<!doctype html><meta charset="utf-8"><title>vitals</title>
<style>body { margin: 0 } #late { width: 300px; height: 100px }</style>
<div id="top"></div><h1 class="b a">A heading that is painted first</h1>
<img src="/picture.svg" width="400" height="300">
<button id="slow">slow</button> <a id="next" href="#">next route</a> <p id="content">text</p>
<script src="/bundle.js"></script>
<script>
  ${listen}
  const block = (ms) => {
    const until = performance.now() + ms
    while (performance.now() < until);
  }
  slow.onclick = () => {
    block(130)
    document.querySelector('h1').append('!')
  }
  window.shift = (px) => (document.getElementById('top').style.height = px + 'px')
  next.onclick = async (event) => {
    event.preventDefault()
    block(60)
    await new Promise((done) => setTimeout(done, 30))
    history.pushState(null, '', '/route-' + history.length)
    content.outerHTML = '<p id="content" style="font-size: 60px; margin: 0">Another route, with much more to read than before</p>'
  }
</script>`

// Padded, because an image with less than 0.05 bits per pixel is not an LCP candidate.
const padding = `<!-- ${'0123456789'.repeat(400)} -->`
const picture = `<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300"><rect width="400" height="300" fill="teal"/><circle cx="200" cy="150" r="100"/>${padding}</svg>`

let server, browser, origin, bundle
let sent = []
let prerenders
/** Ends when the browser asks for the page that it prerenders. */
const prerendering = new Promise((resolve) => (prerenders = resolve))

before(async () => {
  const { outputFiles } = await build({
    bundle: true,
    logLevel: 'silent',
    stdin: {
      contents: `
        import * as ours from 'whippet/rum'
        import * as oursAttributed from 'whippet/rum/attribution'
        import * as theirs from 'web-vitals'
        import * as theirsAttributed from 'web-vitals/attribution'
        window.libraries = {
          ours: { plain: ours, attributed: oursAttributed },
          theirs: { plain: theirs, attributed: theirsAttributed },
        }`,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    write: false,
  })
  bundle = outputFiles[0].contents
  server = createServer(async (request, response) => {
    const { pathname, search } = new URL(request.url, 'http://localhost')
    if (pathname === '/reports') {
      let body = ''
      try {
        for await (const chunk of request.setEncoding('utf8')) body += chunk
      } catch {
        // The browser cancels the requests of a context that is closed.
        return
      }
      sent.push(JSON.parse(body))
      response.end()
    } else if (pathname === '/bundle.js') {
      response.setHeader('content-type', 'text/javascript').end(bundle)
    } else if (pathname === '/picture.svg') {
      setTimeout(() => response.setHeader('content-type', 'image/svg+xml').end(picture), 120)
    } else if (pathname === '/elsewhere') {
      response.setHeader('content-type', 'text/html').end('<!doctype html><p>elsewhere')
    } else if (pathname === '/first') {
      const rules = JSON.stringify({ prerender: [{ urls: ['/page?prerendered'] }] })
      const go = `fetch('/prerendering').then(() => setTimeout(() => (location.href = '/page?prerendered'), 2500))`
      const page = `<!doctype html><script type="speculationrules">${rules}</script><script>${go}</script>`
      response.setHeader('content-type', 'text/html').end(page)
    } else if (pathname === '/prerendering') {
      void prerendering.then(() => response.end())
    } else {
      if (search === '?prerendered') prerenders()
      response.setHeader('content-type', 'text/html').end(html)
    }
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  origin = `http://127.0.0.1:${server.address().port}`
  browser = await launch({ ignoreDefaultArgs: ['--disable-back-forward-cache'] })
})

after(async () => {
  await browser?.close()
  server?.close()
})

async function open(path = '/page') {
  sent = []
  const context = await browser.newContext({ viewport: { width: 800, height: 900 } })
  const page = await context.newPage()
  page.faults = []
  page.on('pageerror', (error) => page.faults.push(String(error)))
  await page.goto(origin + path)
  await page.waitForFunction(() => reports.theirs.some(({ name }) => name === 'TTFB'))
  // The first input ends LCP: the picture must have been painted before.
  const isPainted = () =>
    ['ours', 'theirs'].every((whose) =>
      reports[whose].some(
        ({ variant, name, attribution }) => variant === 'all' && name === 'LCP' && /img$/.test(attribution?.target),
      ),
    )
  await eventually('the picture', () => page.evaluate(isPainted))
  await eventually('the first CLS', async () => (await latest(page, 'CLS')) >= 0)
  await page.waitForTimeout(300)
  return page
}

/** In a page: the reports of all changes, of both libraries, each with and without attribution. */
const four = () =>
  Object.values(reports).flatMap((list) =>
    ['plain', 'attributed'].map((kind) => list.filter((report) => report.variant === 'all' && report.kind === kind)),
  )

/** The lowest value that one of the four reported last for the latest page view; -1 if one reported none. */
const latest = async (page, name) => {
  const lists = await page.evaluate(four)
  const view = Math.max(...lists.flat().map(({ navigationStartTime }) => navigationStartTime))
  const last = (list) => list.findLast((report) => report.name === name && report.navigationStartTime === view)
  return Math.min(...lists.map((list) => last(list)?.value ?? -1))
}

/** For how many restored pages each of the four reported what needs no input: TTFB at once, the others when it is painted. */
const restored = async (page) => {
  const lists = await page.evaluate(four)
  const views = (list, name) =>
    new Set(
      list
        .filter((report) => report.name === name && report.navigationType === 'back-forward-cache')
        .map(({ navigationStartTime }) => navigationStartTime),
    ).size
  return Math.min(...lists.flatMap((list) => ['CLS', 'FCP', 'LCP', 'TTFB'].map((name) => views(list, name))))
}

/** Clicks, and waits until the slow interaction was reported. */
async function clickSlow(page) {
  await page.click('#slow')
  await eventually('INP', async () => (await latest(page, 'INP')) > 100)
  await page.waitForTimeout(1500)
}

/** Shifts the page, and waits until that was reported. */
async function shift(page, px) {
  const before = await latest(page, 'CLS')
  await page.evaluate((px) => shift(px), px)
  await eventually('the shift', async () => (await latest(page, 'CLS')) > before)
  await page.waitForTimeout(300)
}

/** Navigates away, and back through the back/forward cache. */
async function awayAndBack(page) {
  const before = await restored(page)
  await page.goto(`${origin}/elsewhere`)
  await page.goBack({ waitUntil: 'commit' })
  await page.waitForFunction(() => reports.theirs.some(({ navigationType }) => navigationType === 'back-forward-cache'))
  await eventually('a restored page', async () => (await restored(page)) > before)
  await page.waitForTimeout(300)
}

const of = (list, variant, kind, name) =>
  list.filter((report) => report.variant === variant && report.kind === kind && report.name === name)

/** Asserts that both libraries made the same reports of each metric, in the same order. */
function same({ ours, theirs }, variant, which = names) {
  for (const kind of ['plain', 'attributed']) {
    for (const name of which) {
      const [mine, peers] = [ours, theirs].map((list) => settled(of(list, variant, kind, name).map(comparable)))
      assert.deepEqual(mine, peers, `${variant} ${kind} ${name}`)
    }
  }
}

/**
 * For INP, the last report of each page view. Each library processes events in its own idle callback, so with
 * `reportAllChanges` one may combine changes that the other reports separately. Asserts that the deltas add up.
 */
function settled(reports) {
  if (reports[0]?.name !== 'INP') return reports
  const views = new Map()
  for (const report of reports) {
    const view = report.navigationType + report.navigationStartTime
    views.set(view, [...(views.get(view) ?? []), report])
  }
  return [...views.values()].map((view) => {
    const { delta: _, ...last } = view.at(-1)
    assert.equal(
      view.reduce((sum, { delta }) => sum + delta, 0),
      last.value,
    )
    return last
  })
}

/** Removes values that each library reads from the clock itself, after a restored page was painted. */
function comparable({ took, ...report }) {
  const read = report.navigationType === 'back-forward-cache' && ['FCP', 'LCP'].includes(report.name)
  if (!read) return report
  assert.ok(report.value > 0 && report.value <= took, `${report.name} ${report.value} of ${took}`)
  const { value, delta, attribution, ...rest } = report
  assert.equal(delta, value)
  return { ...rest, attribution: attribution && Object.keys(attribution).sort() }
}

const reportsOf = (page) => page.evaluate(() => reports)

test('both libraries report the same for a slow click, shifts, and a restore', async () => {
  const page = await open()
  await clickSlow(page)
  await shift(page, 40)
  await shift(page, 160)
  await awayAndBack(page)
  await clickSlow(page)
  await shift(page, 300)
  await awayAndBack(page)

  const reports = await reportsOf(page)
  same(reports, 'settled')
  same(reports, 'all')
  same(reports, 'named')
  // All metrics were reported, so empty lists were not compared.
  for (const kind of ['plain', 'attributed']) {
    for (const name of names) {
      const types = new Set(of(reports.ours, 'settled', kind, name).map(({ navigationType }) => navigationType))
      assert.deepEqual([...types].sort(), ['back-forward-cache', 'navigate'], `${kind} ${name}`)
    }
  }
  const [inp] = of(reports.ours, 'named', 'attributed', 'INP')
  assert.equal(inp.attribution.interactionTarget, 'the button')
  assert.ok(inp.value >= 130 && inp.attribution.longestScript.intersectingDuration >= 120, JSON.stringify(inp))
  const [lcp] = of(reports.ours, 'settled', 'attributed', 'LCP')
  assert.equal(lcp.attribution.target, 'html>body>img')
  assert.ok(lcp.attribution.resourceLoadDuration >= 100, JSON.stringify(lcp))
  assert.deepEqual(page.faults, [])
  await page.context().close()
})

test('each metric of each page view has a unique id of the same form', async () => {
  const page = await open()
  await awayAndBack(page)
  const ids = await page.evaluate(() => ids)
  for (const id of ids) assert.match(id, /^v6-\d{13}-\d{13}$/)
  await page.context().close()
})

test('soft navigations are separate page views', async () => {
  const page = await open()
  await page.click('#next')
  const isNavigated = () =>
    ['ours', 'theirs'].every((whose) =>
      reports[whose].some(({ name, navigationType }) => name === 'FCP' && navigationType === 'soft-navigation'),
    )
  await eventually('a soft navigation', () => page.evaluate(isNavigated))
  await page.waitForTimeout(1500)
  await page.click('#next')
  await page.waitForTimeout(1500)
  await shift(page, 200)
  await clickSlow(page)
  await awayAndBack(page)

  const reports = await reportsOf(page)
  same(reports, 'soft')
  same(reports, 'settled')
  for (const name of names) {
    const soft = of(reports.ours, 'soft', 'plain', name).filter((report) => report.navigationType === 'soft-navigation')
    assert.ok(soft.length >= 1, `${name}: ${soft.length}`)
    assert.ok(
      soft.every(({ navigationURL }) => navigationURL.includes('/route-')),
      JSON.stringify(soft),
    )
  }
  assert.deepEqual(page.faults, [])
  await page.context().close()
})

test('a prerendered page is measured from its activation', async () => {
  sent = []
  // A browser does not prerender while a debugger is attached. So this one runs alone, and its page navigates by itself.
  const profile = await mkdtemp(path.join(tmpdir(), 'whippet-'))
  const args = ['--headless', `--user-data-dir=${profile}`]
  const alone = spawn(executable, [...args, ...flags, '--remote-debugging-port=0', `${origin}/first`], { stdio: 'ignore' })
  const exited = new Promise((done) => alone.once('exit', done))
  try {
    // Pages of the other tests may still send.
    const isPrerendered = ({ variant, navigationURL }) => variant === 'all' && navigationURL?.endsWith('?prerendered')
    const sentBy = (library) => sent.filter((one) => one.whose === library && isPrerendered(one.report))
    const complete = (list) =>
      ['FCP', 'LCP', 'TTFB'].every((name) => list.filter(({ report }) => report.name === name).length >= 2)
    await eventually('reports', () => complete(sentBy('ours')) && complete(sentBy('theirs')))
    const [ours, theirs] = ['ours', 'theirs'].map((library) => sentBy(library).map(({ report }) => report))
    same({ ours, theirs }, 'all', ['FCP', 'TTFB', 'LCP'])
    const [ttfb] = of(ours, 'all', 'plain', 'TTFB')
    assert.equal(ttfb.navigationType, 'prerender')
    assert.equal(ttfb.value, 0)
  } finally {
    alone.kill()
    await exited
    // Its child processes end later.
    await rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 })
  }
})
