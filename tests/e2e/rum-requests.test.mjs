// startRum does not change the page's requests, except for the header on those that `traceparent` lists.
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { compare, echo } from './requests.mjs'
import { answers, closed, open, origin, other } from './rum-site.mjs'

before(() => {
  answers['/echo'] = echo
  answers['/away'] = (_, response) => response.writeHead(307, { location: `${other}/echo?name=away` }).end()
  answers['/around'] = (_, response) => response.writeHead(307, { location: '/echo?name=around' }).end()
})

for (const [what, options, traced] of [
  ['by default', '{}', false],
  ['if none is listed', '{ traceparent: [] }', false],
  ['if they are listed, except for the header', `{ traceparent: ['/'] }`, true],
]) {
  test(`requests by fetch do not change ${what}`, async () => {
    const page = await open({ options })
    await page.context().addCookies([{ name: 'own', value: '1', url: origin }])
    assert.equal(await page.evaluate(() => fetch === natives[0]), !traced)
    await compare(page, `${origin}/echo`, traced)
    assert.deepEqual(page.faults, [])
    await closed(page)
  })
}

/** Makes a request by XMLHttpRequest; returns the response's text, or `error`. */
const xhr = (page, url) =>
  page.evaluate(
    (url) =>
      new Promise((done) => {
        const request = new XMLHttpRequest()
        request.open('POST', url)
        request.onload = () => done(request.responseText)
        request.onerror = () => done('error')
        request.send('text')
      }),
    url,
  )

test('a request that is not listed follows a redirect to another origin', async () => {
  const page = await open()
  const ask = (url) =>
    page.evaluate(
      (url) =>
        fetch(url).then(
          ({ url }) => url,
          () => 'error',
        ),
      url,
    )
  assert.equal(await ask('/away'), `${other}/echo?name=away`)
  assert.equal(JSON.parse(await xhr(page, '/away')).body, 'text')
  assert.equal(await ask('/around'), `${origin}/echo?name=around`)
  await closed(page)

  // Listing other addresses changes nothing.
  const some = await open({ options: `{ traceparent: ['/api', '${other}/api'] }` })
  const follow = (url) =>
    some.evaluate(
      (url) =>
        fetch(url).then(
          ({ url }) => url,
          () => 'error',
        ),
      url,
    )
  assert.equal(await follow('/away'), `${other}/echo?name=away`)
  assert.equal(await follow(`${other}/echo?name=plain`), `${other}/echo?name=plain`)
  assert.equal(JSON.parse(await xhr(some, '/away')).body, 'text')
  await closed(some)
})

test('requests by XMLHttpRequest do not change', async () => {
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
      said.push(
        await send((request) => {
          request.open('PUT', new URL(url, location), true)
          request.setRequestHeader('x-own', '1')
          return request.send('text')
        }),
      )
      said.push(
        await send((request) => {
          // `open` resets the headers of a request that was opened before.
          request.open('GET', '/missing')
          request.setRequestHeader('traceparent', 'own')
          request.open('POST', url)
          request.setRequestHeader({ toString: () => 'X-Own' }, { toString: () => '2' })
          request.send(new URLSearchParams('a=1'))
        }),
      )
      let texts = 0
      said.push(
        await send((request) => {
          request.open('GET', { toString: () => (texts++, url) })
          request.send()
        }),
      )
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
    assert.deepEqual(
      said.slice(0, 3).map(([status, , isUndefined]) => [status, isUndefined]),
      [
        [200, true],
        [200, true],
        [200, true],
      ],
    )
    const [first, second] = said.slice(0, 2).map(([, text]) => JSON.parse(text))
    assert.deepEqual([first.method, first.body, first.own], ['PUT', 'text', '1'])
    assert.deepEqual([second.method, second.body, second.own], ['POST', 'a=1', '2'])
    assert.equal(said[3], 1)
    const of = (message) => new RegExp(`^(TypeError|InvalidStateError|SyntaxError): .*${message}`)
    const words = [
      'OPENED',
      '2 arguments required',
      'not a valid HTTP method',
      'Invalid URL',
      'OPENED',
      'Illegal invocation',
      'Illegal invocation',
    ]
    said.slice(4).forEach((text, at) => assert.match(text, of(words[at]), text))
    await closed(page)
  }
})

test('wrapped functions look native to the page', async () => {
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
  const [first, then, wrapped] = await page.evaluate(() => [
    first,
    looks(),
    fetch !== natives[0] && history.pushState !== natives[1],
  ])
  assert.ok(wrapped)
  assert.deepEqual(then, first)
  // A function that the page installs later is called, and stays after stop.
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
