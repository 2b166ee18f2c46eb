// Makes each request twice: by the browser's own fetch, and by the one that replaces it while the page is measured. Page and
// server must see no difference.
import assert from 'node:assert/strict'

/** The requests that arrived, by name. */
const arrived = {}

/** Responds with the request. Allows no custom headers from other origins. */
export async function echo(request, response) {
  const { method, headers } = request
  response.setHeader('access-control-allow-origin', headers.origin ?? '*')
  if (method === 'OPTIONS') return response.writeHead(403).end()
  let body = ''
  for await (const chunk of request.setEncoding('latin1')) body += chunk
  const { traceparent, referer, 'content-type': type, 'x-own': own, cookie, accept, 'cache-control': cache } = headers
  const boundary = /boundary=(\S+)/.exec(type)?.[1]
  const got = { method, body, referer, type, own, cookie, accept, cache }
  // The boundary of a form is random.
  const text = JSON.stringify(got).replaceAll(boundary ?? '\0', 'boundary')
  const name = new URL(request.url, 'http://localhost').searchParams.get('name')
  ;(arrived[name] ??= []).push({ got: JSON.parse(text), traceparent })
  response.setHeader('content-type', 'application/json').end(text)
}

/** Ways to request `url`. Each is the body of a function `(fetch, url, say) => …`. */
const ways = {
  plain: `fetch(url)`,
  'a URL': `fetch(new URL(url, location))`,
  'what has a text': `fetch({ toString() { say('text'); return url } })`,
  'undefined options': `fetch(url, undefined)`,
  'no options at all': `fetch(url, null)`,
  'options of all kinds': `fetch(url, { method: 'PUT', body: 'text', headers: { 'x-own': '1' }, cache: 'no-store' })`,
  'a list of headers': `fetch(url, { headers: [['x-own', '1'], ['x-own', '2']] })`,
  Headers: `fetch(url, { headers: new Headers({ 'x-own': '1' }) })`,
  'headers by an iterator': `fetch(url, { headers: (function* () { say('iterated'); yield ['x-own', '1'] })() })`,
  'a Map of headers': `fetch(url, { headers: new Map([['x-own', '1']]) })`,
  'a Request as options': `fetch(url, new Request('/', { method: 'DELETE', headers: { 'x-own': '1' } }))`,
  'inherited options': `fetch(url, Object.create({ method: 'DELETE', body: 'text', headers: Object.create({}, { 'x-own': { value: '1', enumerable: true } }) }))`,
  'options of a class': `fetch(url, new (class { get method() { say('method'); return 'PATCH' } get body() { say('body'); return 'text' } get headers() { say('headers'); return { 'x-own': '1' } } })())`,
  'options by a proxy': `fetch(url, new Proxy({}, { get(_, key) { say(key); return { method: 'DELETE', body: 'text' }[key] } }))`,
  'frozen options': `fetch(url, Object.freeze({ method: 'POST', body: 'text', headers: Object.freeze({ 'x-own': '1' }) }))`,
  'a Request': `fetch(new Request(url, { method: 'POST', body: 'text', headers: { 'x-own': '1' } }))`,
  'a Request with options': `fetch(new Request(url, { method: 'POST', body: 'text', headers: { 'x-own': '1' } }), { method: 'PUT' })`,
  'a Request with a signal': `fetch(new Request(url, { referrer: '/somewhere' }), { signal: new AbortController().signal })`,
  'a Request without referrer': `fetch(new Request(url, { referrerPolicy: 'no-referrer' }))`,
  'a Request with its own referrer': `fetch(new Request(url, { referrer: '/somewhere?else' }))`,
  'options without referrer': `fetch(url, { referrerPolicy: 'no-referrer' })`,
  'options with their own referrer': `fetch(url, { referrer: '/somewhere?else' })`,
  'no cookies': `fetch(url, { credentials: 'omit' })`,
  'a subclass of Request': `fetch(new (class extends Request { get method() { say('method'); return 'GET' } })(url, { method: 'DELETE' }))`,
  'a form': `(() => { const form = new FormData(); form.append('a', new Blob(['text']), 'name'); return fetch(url, { method: 'POST', body: form }) })()`,
  'a search': `fetch(url, { method: 'POST', body: new URLSearchParams('a=1&b=2') })`,
  bytes: `fetch(url, { method: 'POST', body: new Uint8Array([1, 2, 255]) })`,
  'a blob': `fetch(url, { method: 'POST', body: new Blob(['text'], { type: 'text/own' }) })`,
  'what lives on': `fetch(url, { method: 'POST', body: 'text', keepalive: true })`,
  'without CORS': `fetch(url, { mode: 'no-cors' })`,
  'another this': `fetch.call(undefined, url)`,
  'more arguments': `fetch(url, {}, 7)`,
}

/** Requests that fail. The error, and the number of reads of the page's objects, must be the same. */
const faults = {
  'no address': `fetch()`,
  'an address that is none': `fetch('http://[')`,
  'an address with a password': `fetch(url.replace('://', '://ann:secret@'))`,
  'a method that is none': `fetch(url, { method: 'a b' })`,
  'a body where there is none': `fetch(url, { body: 'text' })`,
  'a header that is none': `fetch(url, { headers: { 'a b': '1' } })`,
  'options that are none': `fetch(url, 'text')`,
  'a mode that is none': `fetch(url, { mode: 'none' })`,
  'a this that is none': `fetch.call({}, url)`,
  'given up before': `fetch(url, { signal: AbortSignal.abort(new Error('no')) })`,
  'given up after': `(() => { const abort = new AbortController(); const asked = fetch(url, { signal: abort.signal }); abort.abort(new Error('no')); return asked })()`,
  'used up': `(() => { const request = new Request(url, { method: 'POST', body: 'text' }); request.text(); return fetch(request) })()`,
  'a getter that throws': `fetch(url, { get method() { throw new Error('of the page') } })`,
  // Its body is a stream, which Chromium sends by HTTP/2 alone.
  'a Request with a body as options': `fetch(url, new Request('/', { method: 'PUT', body: 'text' }))`,
  'not redirected': `fetch(url.replace('echo', 'around'), { redirect: 'error' })`,
}

/** Makes a request by the browser's own fetch, and by the one that replaces it. */
const both = (page, way, url) =>
  page.evaluate(
    async ([way, url]) => {
      const ask = async (fetch) => {
        const said = []
        const run = new Function('fetch', 'url', 'say', `return ${way}`)
        try {
          const pending = run(fetch, url, (what) => said.push(String(what)))
          const isNative = pending.constructor === Promise && Object.getPrototypeOf(pending) === Promise.prototype
          const response = await pending
          const { status, type, url: from, redirected } = response
          const text = type === 'opaque' ? '' : await response.text()
          return { said, isNative, status, type, from, redirected, text }
        } catch (error) {
          return { said, error: String(error) }
        }
      }
      return [await ask(natives[0]), await ask(fetch)]
    },
    [way, url],
  )

/**
 * Makes all requests in `page`, which has the browser's own fetch in `natives[0]`, to an address that `echo` handles.
 * `traced`: whether the address is listed.
 */
export async function compare(page, address, traced) {
  for (const [name, way] of Object.entries(ways)) {
    delete arrived[name]
    const [own, measured] = await both(page, way, `${address}?name=${encodeURIComponent(name)}`)
    assert.equal(own.error, undefined, name)
    assert.deepEqual(measured, own, name)
    const [one, two] = arrived[name]
    assert.deepEqual(two.got, one.got, name)
    assert.equal(one.traceparent, undefined)
    // No header if the address can only be read by calling the page's code, or if custom headers are forbidden.
    const may = traced && !['what has a text', 'without CORS'].includes(name)
    assert.match(two.traceparent ?? 'none', may ? /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/ : /^none$/, name)
  }
  for (const [name, way] of Object.entries(faults)) {
    const [own, measured] = await both(page, way, `${address}?name=fault`)
    assert.ok(own.error, name)
    assert.deepEqual(measured, own, name)
  }
}
