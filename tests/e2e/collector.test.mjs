// What the collector does with what it should never have been sent.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { collector, demo, launch, open } from './browser.mjs'
import { ownCollector } from './own-collector.mjs'

// The collector that all files share may still get what a page of another file sent last.
let own
before(async () => (own = await ownCollector()))
after(() => own?.end())

const figures = async (of) => (await fetch(`${of}/metrics`)).text()
const post = (body, headers = { 'content-type': 'text/plain' }) =>
  fetch(`${own.address}/v1/beacons`, { method: 'POST', body, headers })

const cases = [
  ['not JSON', 'hello', 400],
  ['garbage bytes', new Uint8Array([0xff, 0xfe, 0x00, 0x9f, 0x92, 0x96]), 400],
  ['cut off', '{"v":1,"id":', 400],
  ['a wrong version', '{"v":99,"id":"0123456789abcdef"}', 400],
  ['nothing', '', 400],
  ['another document', '[1,2,3]', 400],
  ['too large', 'x'.repeat(1 << 20), 413],
  ['gzip that breaks off', gzipSync('{}').subarray(0, 15), 400],
  ['a bomb', gzipSync(' '.repeat(30 << 20)), 413],
]

for (const [name, body, status] of cases) {
  test(`a beacon that is ${name} is refused, counted, and not kept`, async () => {
    const kept = async () => (await (await fetch(`${own.address}/api/status`)).json()).beacons
    const before = [await kept(), rejected(await figures(own.address))]
    const answer = await post(body)
    assert.equal(answer.status, status)
    const { error } = await answer.json()
    assert.match(error.code, /^[a-z_]+$/)
    assert.ok(error.message.length > 10, error.message)
    assert.deepEqual([await kept(), rejected(await figures(own.address))], [before[0], before[1] + 1])
  })
}

/** All rejected beacons, whatever the reason. */
function rejected(text) {
  return [...text.matchAll(/^whippet_beacons_rejected_total\{[^}]*\} (\d+)/gm)].reduce((sum, [, n]) => sum + Number(n), 0)
}

test('a page of another origin sends gzip without a preflight, and knows from the answer that it may', async () => {
  const preflights = async () =>
    Number(/^http_requests_total\{method="OPTIONS",route="\/v1\/beacons",[^}]*\} (\d+)/m.exec(await figures(collector))?.[1] ?? 0)
  const before = await preflights()
  const browser = await launch()
  try {
    const page = await open(browser, demo)
    const id = `gzip${Date.now()}`
    const answer = await page.evaluate(
      async ([url, beacon]) => {
        const stream = new Blob([beacon]).stream().pipeThrough(new CompressionStream('gzip'))
        const body = new Blob([await new Response(stream).arrayBuffer()], { type: 'text/plain;charset=UTF-8' })
        const { status, headers } = await fetch(url, { method: 'POST', body })
        return { status, reads: headers.get('accept-encoding') }
      },
      [
        `${collector}/v1/beacons`,
        JSON.stringify({
          v: 1,
          id: `${id}-1`,
          session: 'e2e',
          app: 'zipped',
          page: '/',
          navigation: 'navigate',
          device: 'desktop',
          sentAt: Date.now(),
          counters: { [id]: 3 },
        }),
      ],
    )
    assert.deepEqual(answer, { status: 204, reads: 'gzip' })
    const { counters } = await (await fetch(`${collector}/api/custom?app=zipped`)).json()
    assert.equal(counters.find(({ name }) => name === id)?.total, 3)
    assert.equal(await preflights(), before)
  } finally {
    await browser.close()
  }
})

test('unknown paths and methods get an answer in JSON', async () => {
  for (const [path, status] of [
    ['/api/nothing', 404],
    ['/v1/nothing', 404],
    ['/v1/beacons', 405],
  ]) {
    const answer = await fetch(collector + path)
    assert.equal(answer.status, status, path)
    assert.ok((await answer.json()).error.code, path)
  }
})

test('a range that makes no sense is a clear error', async () => {
  const answer = await fetch(`${collector}/api/vitals?from=tomorrow&to=yesterday`)
  assert.equal(answer.status, 400)
  assert.ok((await answer.json()).error.message)
})
