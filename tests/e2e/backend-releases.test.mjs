// Releases of a backend, from what its exporter prints to the page Releases: listed, compared by route, and opened by route.
import assert from 'node:assert/strict'
import http from 'node:http'
import { after, before, test } from 'node:test'
import { eventually, launch, noFaults, open, picture } from './browser.mjs'
import { ownCollector } from './own-collector.mjs'

const BOUNDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5]
const ROUTES = ['/items/:id', '/cart']

let browser
let server
let address
let exporter
let scrapes = 0

/** Two releases side by side, as behind one address: the new one is twice as slow, and fails more often. Each scrape finds 300 more requests of each route. */
function metrics() {
  scrapes += 1
  let text = '# HELP http_request_duration_seconds How long requests took.\n# TYPE http_request_duration_seconds histogram\n'
  for (const [version, slower, failing] of [
    ['3.1.0', 1, 0.01],
    ['3.2.0', 2, 0.1],
  ]) {
    for (const route of ROUTES) {
      for (const [status, share] of [
        ['200', 1 - failing],
        ['500', failing],
      ]) {
        const labels = `method="GET",route="${route}",status="${status}",version="${version}"`
        const all = 300 * scrapes * share
        const upto = (bound) => Math.round(all * (1 - Math.exp(-bound / (0.2 * slower))))
        for (const bound of BOUNDS) text += `http_request_duration_seconds_bucket{${labels},le="${bound}"} ${upto(bound)}\n`
        text += `http_request_duration_seconds_bucket{${labels},le="+Inf"} ${Math.round(all)}\n`
        text += `http_request_duration_seconds_sum{${labels}} ${all * 0.2 * slower}\n`
        text += `http_request_duration_seconds_count{${labels}} ${Math.round(all)}\n`
      }
    }
  }
  return text
}

before(async () => {
  browser = await launch()
  exporter = http.createServer((request, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4')
    response.end(metrics())
  })
  await new Promise((done) => exporter.listen(0, '127.0.0.1', done))
  const scrape = `shop=http://127.0.0.1:${exporter.address().port}/metrics`
  server = await ownCollector(['--scrape', scrape, '--scrape-interval', '1s'])
  address = server.address
  // What was stored counts: a scrape may have come too late for the collector.
  await eventually('the requests of some scrapes', async () => {
    const answer = await fetch(`${address}/api/compare?target=shop&split=release:3.2.0&with_split=release:3.1.0`)
    const { new: now, old } = await answer.json()
    return Math.min(now?.views ?? 0, old?.views ?? 0) >= 4000
  })
})
after(async () => {
  await browser?.close()
  await server?.end()
  exporter?.close()
})

/** A table's rows, each its cells' texts. */
async function table(page, name) {
  const rows = page.getByRole('table', { name }).locator('tbody tr')
  await rows.first().waitFor()
  return rows.evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.innerText.replace(/\s+/g, ' ').trim())))
}

const comparison = '?target=shop&split=release:3.2.0&with=release:3.1.0'

test('releases of a backend are listed, and one is compared with another by route', async () => {
  const page = await open(browser, `${address}/releases?target=shop`)
  const listed = await table(page, 'Releases, the newest first')
  assert.deepEqual(listed.map((row) => row[0]).sort(), ['3.1.0 shop (backend)', '3.2.0 shop (backend)'])
  await page.goto(`${address}/releases${comparison}`)
  await page.getByRole('heading', { name: 'All requests together' }).waitFor()
  await page.getByRole('heading', { name: 'By route' }).waitFor()
  const metrics = await eventually('both metrics', async () => {
    const rows = await table(page, 'Both sides, by metric')
    return rows.length === 2 && rows
  })
  assert.deepEqual(
    metrics.map((row) => row[0]),
    ['response time', 'errors'],
  )
  for (const row of metrics) assert.match(row[6], /^Worse/, row.join(' | '))
  assert.match(metrics[1][6], /more by/)
  const routes = await table(page, 'Both sides by page')
  assert.deepEqual(routes.map((row) => row[0].split(' ').slice(0, 2).join(' ')).sort(), ['GET /cart', 'GET /items/:id'])
  await picture(page, 'backend-releases')
  noFaults(page)
  await page.context().close()
})

test('a route is opened from the list, and closed again', async () => {
  const page = await open(browser, `${address}/releases${comparison}`)
  await page.getByRole('link', { name: 'GET /cart' }).click()
  await page.waitForURL(/page=/)
  await page.getByRole('heading', { name: 'GET /cart' }).waitFor()
  await page.getByText('Route').first().waitFor()
  const one = await eventually('this route alone', async () => {
    const rows = await table(page, 'Both sides by page')
    return rows.length === 1 && rows
  })
  assert.match(one[0][0], /^GET \/cart/)
  await page.getByRole('button', { name: 'Show all routes' }).click()
  await page.getByRole('heading', { name: 'All requests together' }).waitFor()
  noFaults(page)
  await page.context().close()
})

test('a comparison by what a backend does not say tells so', async () => {
  const answer = await fetch(`${address}/api/compare?target=shop&split=device:phone`)
  assert.equal(answer.status, 400)
  assert.match((await answer.json()).error.message, /split=release/)
})
