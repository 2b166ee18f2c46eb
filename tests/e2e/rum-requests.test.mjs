// The page's own requests are what they would be without startRum: by default all of them, and where `traceparent` lists
// them, but for the header. Each is made twice in one page, by the browser's own function and by what is in its place
// then, and held against what the server got.
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { answers, closed, open, origin, other } from './rum-site.mjs'

/** What arrived, by the name the page gave it. */
const arrived = {}

before(() => {
  // Tells what it got. Of other origins it takes no headers of the page's own.
  answers['/echo'] = async (request, response) => {
    const { method, headers } = request
    response.setHeader('access-control-allow-origin', headers.origin ?? '*')
    if (method === 'OPTIONS') return response.writeHead(403).end()
    let body = ''
    for await (const chunk of request.setEncoding('latin1')) body += chunk
    const { traceparent, referer, 'content-type': type, 'x-own': own, cookie, accept, 'cache-control': cache } = headers
    const boundary = /boundary=(\S+)/.exec(type)?.[1]
    const got = { method, body, referer, type, own, cookie, accept, cache }
    // A form's boundary is drawn each time.
    const text = JSON.stringify(got).replaceAll(boundary ?? '\0', 'boundary')
    const name = new URL(request.url, origin).searchParams.get('name')
    ;(arrived[name] ??= []).push({ got: JSON.parse(text), traceparent })
    response.setHeader('content-type', 'application/json').end(text)
  }
  answers['/away'] = (_, response) => response.writeHead(307, { location: `${other}/echo?name=away` }).end()
  answers['/around'] = (_, response) => response.writeHead(307, { location: '/echo?name=around' }).end()
})

/** Ways to ask for the address `url`, as functions of `fetch`; each is a body of `(fetch, url, say) => …`. */
const ways = {
  plain: `fetch(url)`,
  'a URL': `fetch(new URL(url, location))`,
  'what has a text': `fetch({ toString() { say('text'); return url } })`,
  'undefined options': `fetch(url, undefined)`,
  'no options at all': `fetch(url, null)`,
  'options of all kinds': `fetch(url, { method: 'PUT', body: 'text', headers: { 'x-own': '1' }, cache: 'no-store' })`,
  'a list of headers': `fetch(url, { headers: [['x-own', '1'], ['x-own', '2']] })`,
  'Headers': `fetch(url, { headers: new Headers({ 'x-own': '1' }) })`,
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
  'bytes': `fetch(url, { method: 'POST', body: new Uint8Array([1, 2, 255]) })`,
  'a blob': `fetch(url, { method: 'POST', body: new Blob(['text'], { type: 'text/own' }) })`,
  'what lives on': `fetch(url, { method: 'POST', body: 'text', keepalive: true })`,
  'without CORS': `fetch(url, { mode: 'no-cors' })`,
  'another this': `fetch.call(undefined, url)`,
  'more arguments': `fetch(url, {}, 7)`,
}

/** What fails does so in the same words, after as many looks at what the page gave. */
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
  'not redirected': `fetch(url.replace('/echo', '/around'), { redirect: 'error' })`,
}

/** Asks in `way`, once by the browser's own function, once by what is in its place. */
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

for (const [what, options, traced] of [
  ['by default', '{}', false],
  ['where they are listed', `{ traceparent: ['/'] }`, true],
]) {
  test(`requests by fetch are the page's own, ${what}`, async () => {
    const page = await open({ options })
    await page.context().addCookies([{ name: 'own', value: '1', url: origin }])
    assert.equal(await page.evaluate(() => fetch === natives[0]), !traced)
    for (const [name, way] of Object.entries(ways)) {
      delete arrived[name]
      const [own, measured] = await both(page, way, `${origin}/echo?name=${encodeURIComponent(name)}`)
      assert.equal(own.error, undefined, name)
      assert.deepEqual(measured, own, name)
      const [one, two] = arrived[name]
      assert.deepEqual(two.got, one.got, name)
      assert.equal(one.traceparent, undefined)
      // Where nothing of the page's may be called to know the address, and where headers are forbidden, there is none.
      const may = traced && !['what has a text', 'without CORS'].includes(name)
      assert.match(two.traceparent ?? 'none', may ? /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/ : /^none$/, name)
    }
    for (const [name, way] of Object.entries(faults)) {
      const [own, measured] = await both(page, way, `${origin}/echo?name=fault`)
      assert.ok(own.error, name)
      assert.deepEqual(measured, own, name)
    }
    assert.deepEqual(page.faults, [])
    await closed(page)
  })
}

/** A request by XMLHttpRequest: what came, or `error`. */
const xhr = (page, url, header) =>
  page.evaluate(
    ([url, header]) =>
      new Promise((done) => {
        const request = new XMLHttpRequest()
        request.open('POST', url)
        if (header) request.setRequestHeader(...header)
        request.onload = () => done(request.responseText)
        request.onerror = () => done('error')
        request.send('text')
      }),
    [url, header],
  )

test('what a server redirects to another origin arrives, unless it is listed', async () => {
  const page = await open()
  const ask = (url) => page.evaluate((url) => fetch(url).then(({ url }) => url, () => 'error'), url)
  assert.equal(await ask('/away'), `${other}/echo?name=away`)
  assert.equal(JSON.parse(await xhr(page, '/away')).body, 'text')
  assert.equal(await ask('/around'), `${origin}/echo?name=around`)
  await closed(page)

  // Others are listed: that changes nothing.
  const some = await open({ options: `{ traceparent: ['/api', '${other}/api'] }` })
  const follow = (url) => some.evaluate((url) => fetch(url).then(({ url }) => url, () => 'error'), url)
  assert.equal(await follow('/away'), `${other}/echo?name=away`)
  assert.equal(await follow(`${other}/echo?name=plain`), `${other}/echo?name=plain`)
  assert.equal(JSON.parse(await xhr(some, '/away')).body, 'text')
  await closed(some)
})

test('requests by XMLHttpRequest are what they would be', async () => {
  for (const options of ['{}', `{ traceparent: ['/'] }`]) {
    const page = await open({ options })
    const said = await page.evaluate(async (url) => {
      const said = []
      const send = (prepare) =>
        new Promise((done) => {
          const request = new XMLHttpRequest()
          const result = prepare(request)
          request.onloadend = () => done([request.status, request.responseText, result === undefined])
        })
      said.push(await send((request) => {
        request.open('PUT', new URL(url, location), true)
        request.setRequestHeader('x-own', '1')
        return request.send('text')
      }))
      said.push(await send((request) => {
        // Not the page's last word: what is opened again begins anew.
        request.open('GET', '/missing')
        request.setRequestHeader('traceparent', 'own')
        request.open('POST', url)
        request.setRequestHeader({ toString: () => 'X-Own' }, { toString: () => '2' })
        request.send(new URLSearchParams('a=1'))
      }))
      let texts = 0
      said.push(await send((request) => {
        request.open('GET', { toString: () => (texts++, url) })
        request.send()
      }))
      said.push(texts)
      const faults = [
        () => new XMLHttpRequest().send(),
        () => new XMLHttpRequest().open('GET'),
        () => new XMLHttpRequest().open('a b', url),
        () => new XMLHttpRequest().open('GET', 'http://['),
        () => new XMLHttpRequest().setRequestHeader('a', 'b'),
        () => XMLHttpRequest.prototype.open.call({}, 'GET', url),
        () => XMLHttpRequest.prototype.send.call(undefined),
      ]
      for (const fault of faults) {
        try {
          fault()
          said.push('no error')
        } catch (error) {
          said.push(String(error))
        }
      }
      return said
    }, '/echo?name=xhr')
    assert.deepEqual(said.slice(0, 3).map(([status, , isUndefined]) => [status, isUndefined]), [[200, true], [200, true], [200, true]])
    const [first, second] = said.slice(0, 2).map(([, text]) => JSON.parse(text))
    assert.deepEqual([first.method, first.body, first.own], ['PUT', 'text', '1'])
    assert.deepEqual([second.method, second.body, second.own], ['POST', 'a=1', '2'])
    assert.equal(said[3], 1)
    const of = (message) => new RegExp(`^(TypeError|InvalidStateError|SyntaxError): .*${message}`)
    const words = ['OPENED', '2 arguments required', 'not a valid HTTP method', 'Invalid URL', 'OPENED', 'Illegal invocation', 'Illegal invocation']
    said.slice(4).forEach((text, at) => assert.match(text, of(words[at]), text))
    await closed(page)
  }
})

test('to the page, what was wrapped looks like what it was', async () => {
  const page = await open({
    options: `{ traceparent: ['/'] }`,
    script: () => {
      Object.defineProperty(window, 'navigation', { value: undefined })
      const look = (owner, name) => {
        const { value, ...rest } = Object.getOwnPropertyDescriptor(owner, name) ?? {}
        const { name: called, length } = value ?? {}
        const text = typeof value === 'function' && /^function \w*\(\) \{ \[native code\] \}$/.test(value.toString())
        let made
        try {
          made = String(new value())
        } catch (error) {
          made = error.constructor.name
        }
        return { ...rest, called, length, text, keys: Reflect.ownKeys(value ?? {}), made }
      }
      window.looks = () => [
        look(window, 'fetch'),
        ...['open', 'send', 'setRequestHeader'].map((name) => look(XMLHttpRequest.prototype, name)),
        ...['pushState', 'replaceState'].map((name) => look(History.prototype, name)),
        Reflect.ownKeys(history),
      ]
      window.first = looks()
    },
  })
  const [first, then, wrapped] = await page.evaluate(() => [first, looks(), fetch !== natives[0] && history.pushState !== natives[1]])
  assert.ok(wrapped)
  assert.deepEqual(then, first)
  // What the page puts in their place later is called, and stays.
  const calls = await page.evaluate(() => {
    const calls = []
    const { pushState } = History.prototype
    History.prototype.pushState = function (...args) {
      calls.push(args.length)
      return pushState.apply(this, args)
    }
    history.pushState(null, '', '/later')
    fetch.own = 1
    rum.stop()
    history.pushState(null, '')
    return [...calls, fetch === natives[0], fetch.own, location.pathname, history.pushState === pushState]
  })
  assert.deepEqual(calls, [3, 2, true, 1, '/later', false])
  const faults = await page.evaluate(() => {
    try {
      History.prototype.pushState.call({}, null, '')
    } catch (error) {
      return String(error)
    }
  })
  assert.match(faults, /^TypeError: .*Illegal invocation/)
  await closed(page)
})
