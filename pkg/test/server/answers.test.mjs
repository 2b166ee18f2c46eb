// What is answered, and with which fields, by each kind of handler.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import zlib from 'node:zlib'
import { createDelta } from 'whippet/server'
import { dictionaries, kinds, named, offers, read, rows } from './handlers.mjs'
import { applyEdits } from './sources.mjs'

const json = (more) => ({ 'content-type': 'application/json', ...more })

for (const [kind, open] of Object.entries(kinds)) {
  describe(kind, () => {
    const site = (t, options) => {
      const site = open(options)
      t.after(() => site.end())
      site.serve = (seen, headers, status) => (site.next = { headers: json(headers), body: rows(seen), status })
      return site
    }

    test('who has the last body gets what changed', async (t) => {
      const { get, serve, delta } = site(t)
      serve(1)
      const first = await get('/api/rows?page=2', { 'accept-encoding': 'gzip' })
      assert.equal(read(first), rows(1))
      assert.equal(first.headers.get('content-encoding'), 'gzip')
      assert.equal(first.headers.get('use-as-dictionary'), 'match="rows?page=2"')
      assert.equal(first.headers.get('whippet-delta'), 'whole')
      assert.equal(first.headers.get('vary'), '*')
      serve(2)
      const second = await get('/api/rows?page=2', offers(rows(1)))
      assert.equal(second.headers.get('content-encoding'), dictionaries ? 'dcz' : null)
      assert.equal(read(second, rows(1)), rows(2))
      assert.equal(second.headers.get('content-length'), String(second.body.length))
      if (dictionaries) assert.ok(second.body.length < 120, `${second.body.length} bytes`)
      const stats = delta.stats()
      assert.equal(stats.dictionary, dictionaries ? 1 : 0)
      assert.equal(stats.bodyBytes, 2 * rows(1).length)
    })

    test('without dictionaries edits are sent to who asks for them', async (t) => {
      const { get, serve } = site(t)
      serve(1, { etag: '"one"' })
      await get('/rows')
      serve(2, { etag: '"two"' })
      const got = await get('/rows', { 'whippet-have': named(rows(1)) })
      assert.equal(got.headers.get('whippet-delta'), 'edits')
      assert.equal(got.headers.get('cache-control'), 'no-store')
      assert.equal(got.headers.get('etag'), 'W/"two"')
      assert.equal(got.headers.get('use-as-dictionary'), null)
      assert.equal(new TextDecoder().decode(applyEdits(new TextEncoder().encode(rows(1)), got.body, 1e6)), rows(2))
      assert.ok(got.body.length < 20, `${got.body.length} bytes`)
    })

    test('an unknown body is answered whole', async (t) => {
      const { get, serve, delta } = site(t)
      serve(1)
      for (const headers of [
        offers(rows(9)),
        { 'whippet-have': named(rows(9)) },
        { 'whippet-have': ':AAAA:' },
        { 'whippet-have': 'x' },
      ]) {
        assert.equal(read(await get('/rows', headers)), rows(1))
      }
      assert.equal(delta.stats().unknown, 2)
    })

    test('what the client has is not sent again', async (t) => {
      const { get, serve } = site(t)
      serve(1, { 'cache-control': 'no-cache' })
      const first = await get('/rows')
      const tag = first.headers.get('etag')
      assert.match(tag, /^W\/"/)
      const again = await get('/rows', { 'if-none-match': `"other", ${tag}` })
      assert.deepEqual([again.status, again.body.length, again.headers.get('etag')], [304, 0, tag])
      assert.equal(again.headers.get('cache-control'), 'private, max-age=0, stale-while-revalidate=86400')
      // A tag may have a comma in it.
      serve(1, { etag: '"a,b"' })
      assert.equal((await get('/rows', { 'if-none-match': '"a", W/"a,b"' })).status, 304)
      assert.equal((await get('/rows', { 'if-none-match': '"a", "b"' })).status, 200)
      // The application's own 304.
      serve(1, { 'cache-control': 'no-cache', etag: '"mine"' }, 304)
      const own = await get('/rows', { 'if-none-match': '"mine"' })
      assert.deepEqual([own.status, own.body.length, own.headers.get('vary')], [304, 0, '*'])
    })

    test('no body of one user is a dictionary for another', async (t) => {
      const between = async (response, first, second, options) => {
        const { get, serve } = site(t, options)
        serve(1, response)
        await get('/rows', first)
        serve(2, response)
        return (await get('/rows', { 'whippet-have': named(rows(1)), ...second })).headers.get('whippet-delta')
      }
      for (const name of ['authorization', 'cookie', 'x-api-key', 'x-auth-token']) {
        assert.equal(await between({}, { [name]: 'ann' }, { [name]: 'ann' }), 'edits', name)
        assert.equal(await between({}, { [name]: 'ann' }, { [name]: 'bob' }), 'whole', name)
        assert.equal(await between({}, { [name]: 'ann' }, {}), 'whole', name)
      }
      const all = { 'cache-control': 'public, max-age=60' }
      assert.equal(await between(all, { cookie: 'ann' }, { cookie: 'bob' }), 'edits')
      assert.equal(await between({ ...all, vary: 'Cookie' }, { cookie: 'ann' }, { cookie: 'bob' }), 'whole')
      assert.equal(await between({ vary: 'x-tenant' }, { 'x-tenant': 'a' }, { 'x-tenant': 'b' }), 'whole')
      const field = (request) => (request.headers.get ? request.headers.get('cookie') : request.headers.cookie)
      const scope = (request) => field(request)?.split('user=')[1]
      assert.equal(await between({}, { cookie: 'seen=1; user=ann' }, { cookie: 'seen=2; user=ann' }, { scope }), 'edits')
      assert.equal(await between({}, { cookie: 'seen=1; user=ann' }, { cookie: 'seen=1; user=bob' }, { scope }), 'whole')
    })

    test('nobody gets an older answer than before', async (t) => {
      const asked = ['private, max-age=0, stale-while-revalidate=86400', '*']
      const depends = 'accept-encoding, available-dictionary, whippet-have'
      const { get, serve } = site(t)
      for (const [given, expected] of [
        [{}, asked],
        [{ 'cache-control': 'no-cache' }, asked],
        [{ 'cache-control': 'max-age=0, must-revalidate' }, asked],
        [{ 'cache-control': 'max-age=60', vary: 'origin' }, ['max-age=60', `origin, ${depends}`]],
        // Of one field alone: the response itself is as fresh as it says.
        [{ 'cache-control': 'max-age=60, no-cache="set-cookie"' }, ['max-age=60, no-cache="set-cookie"', depends]],
        [{ 'cache-control': 'private="x-a, no-store, x-b"' }, ['private="x-a, no-store, x-b"', depends]],
        // A quote that is not closed hides nothing.
        [{ 'cache-control': 'private="x-a, no-store' }, ['private="x-a, no-store', null]],
        [{ 'cache-control': 'no-transform, x="a, b' }, ['no-transform, x="a, b', null]],
        [{ 'cache-control': 'no-store' }, ['no-store', null]],
        [{ 'cache-control': 'no-transform' }, ['no-transform', null]],
        [{ 'last-modified': 'Mon, 01 Jan 2024 00:00:00 GMT' }, [null, depends]],
      ]) {
        serve(1, given)
        const { headers } = await get('/rows')
        assert.deepEqual([headers.get('cache-control'), headers.get('vary')], expected, JSON.stringify(given))
      }
    })

    test('digests of the bytes, and how they were sent, are no longer right', async (t) => {
      const { get, serve } = site(t)
      const fields = { 'repr-digest': 'sha-256=:AA==:', 'content-digest': 'sha-256=:AA==:', 'transfer-encoding': 'chunked' }
      const of = ({ headers }) => Object.keys(fields).map((name) => headers.get(name))
      serve(1, fields)
      const whole = await get('/rows')
      assert.deepEqual([read(whole), ...of(whole)], [rows(1), fields['repr-digest'], fields['content-digest'], null])
      serve(2, fields)
      const edits = await get('/rows', { 'whippet-have': named(rows(1)) })
      assert.deepEqual([edits.headers.get('whippet-delta'), ...of(edits)], ['edits', null, null, null])
      const zipped = await get('/rows', { 'accept-encoding': 'gzip' })
      assert.deepEqual([read(zipped), ...of(zipped)], [rows(2), null, null, null])
    })

    test('who asks may be answered later, and not at all', async (t) => {
      let of = async (request) => request.headers.user ?? request.headers.get?.('user')
      const { get, serve } = site(t, { scope: (request) => of(request) })
      const between = async (first, second) => {
        serve(1)
        await get('/rows', first)
        serve(2)
        return (await get('/rows', { ...second, 'whippet-have': named(rows(1)) })).headers.get('whippet-delta')
      }
      assert.equal(await between({ user: 'ann', cookie: 'a' }, { user: 'ann', cookie: 'b' }), 'edits')
      assert.equal(await between({ user: 'bob' }, { user: 'cid' }), 'whole')
      of = () => null
      assert.equal(await between({ authorization: 'dan' }, { authorization: 'eve' }), 'whole')
      assert.equal(await between({ authorization: 'fay' }, { authorization: 'fay' }), 'edits')
    })

    test('what cannot be compared passes untouched', async (t) => {
      const { get, serve, delta } = site(t)
      const untouched = async (what, headers, method) => {
        const got = await get('/rows', { ...offers(rows(1)), ...headers }, method)
        for (const name of ['whippet-delta', 'use-as-dictionary', 'content-encoding', 'vary']) {
          assert.equal(
            got.headers.get(name),
            name === 'content-encoding' ? (what === 'encoded' ? 'br' : null) : null,
            `${what}: ${name}`,
          )
        }
        return got
      }
      serve(1)
      await untouched('a method', {}, 'DELETE')
      await untouched('a range', { range: 'bytes=0-9' })
      serve(1, { 'content-encoding': 'br' })
      assert.equal((await untouched('encoded')).body.toString(), rows(1))
      serve(1, { 'content-type': 'image/png' })
      await untouched('an image')
      serve(1, { 'content-type': 'text/event-stream' })
      await untouched('events')
      serve(1, { 'set-cookie': 'session=1' })
      await untouched('a new session')
      for (const status of [404, 500]) {
        serve(1, {}, status)
        assert.equal((await untouched(String(status))).status, status)
      }
      serve(1)
      assert.equal(delta.stats().keptBytes, 0)
    })
  })
}

test('whole bodies are compressed by the best coding that both have', async () => {
  const { delta } = kinds['a Request']({})
  const ask = async (accept) => {
    const request = new Request('http://site.example/rows', { headers: { 'accept-encoding': accept } })
    const response = await delta.respond(request, new Response(rows(1), { headers: json() }))
    const body = Buffer.from(await response.arrayBuffer())
    assert.equal(read({ headers: response.headers, body }), rows(1))
    return response.headers.get('content-encoding')
  }
  assert.equal(await ask('gzip, br'), 'br')
  assert.equal(await ask('gzip, br;q=0'), 'gzip')
  assert.equal(await ask('identity'), null)
  assert.equal(await ask('*'), null)
})

test('where Content-Encoding gets lost, as under Next, no body is encoded', async (t) => {
  process.env.NEXT_RUNTIME = 'nodejs'
  t.after(() => delete process.env.NEXT_RUNTIME)
  const { delta } = kinds['a Request']({})
  const ask = async (seen, headers) => {
    const request = new Request('http://site.example/rows', { headers: { 'accept-encoding': 'gzip, br, zstd, dcz', ...headers } })
    const response = await delta.respond(request, new Response(rows(seen), { headers: json() }))
    assert.equal(response.headers.get('content-encoding'), null)
    return [Buffer.from(await response.arrayBuffer()), response.headers.get('whippet-delta')]
  }
  assert.equal(String((await ask(1))[0]), rows(1))
  assert.deepEqual(await ask(2, offers(rows(1))), [Buffer.from(rows(2)), 'whole'])
  // All rows at once: edits that would be compressed elsewhere.
  const next = rows(3).replaceAll('"seen":0', '"seen":9')
  const request = new Request('http://site.example/rows', {
    headers: { 'accept-encoding': 'gzip', 'whippet-have': named(rows(2)) },
  })
  const response = await delta.respond(request, new Response(next, { headers: json() }))
  assert.equal(response.headers.get('content-encoding'), null)
  const bytes = new Uint8Array(await response.arrayBuffer())
  const kind = response.headers.get('whippet-delta')
  const body = kind === 'edits' ? applyEdits(new TextEncoder().encode(rows(2)), bytes, 1e6) : bytes
  assert.equal(new TextDecoder().decode(body), next)
})

test('Next is known by the handler’s request, and by its `fetch`, where no variable names it', async (t) => {
  const { delta } = kinds['a Request']({})
  const coding = async (more) => {
    const request = new Request('http://site.example/rows', { headers: { 'accept-encoding': 'gzip' } })
    const response = await delta.respond(Object.assign(request, more), new Response(rows(1), { headers: json() }))
    return response.headers.get('content-encoding')
  }
  assert.equal(process.env.NEXT_RUNTIME, undefined)
  assert.equal(await coding({}), 'gzip')
  assert.equal(await coding({ nextUrl: new URL('http://site.example/rows') }), null)
  globalThis[Symbol.for('next-patch')] = true
  t.after(() => delete globalThis[Symbol.for('next-patch')])
  assert.equal(await coding({}), null)
})

test('where edits cannot be compressed the body is sent whole, and says nothing else', async (t) => {
  const site = kinds['Node’s http']({ compress: false })
  const { gzip } = zlib
  t.after(() => {
    zlib.gzip = gzip
    site.end()
  })
  const lines = (word) => Array.from({ length: 900 }, (_, id) => (id % 3 ? `a line that stays as it is: ${id}` : `${word} ${id}`))
  const serve = (word) => (site.next = { headers: { 'content-type': 'text/plain' }, body: lines(word).join('\n') })
  serve('old')
  const { body } = await site.get('/text')
  serve('new words')
  zlib.gzip = (bytes, options, done) => done(new Error('no memory'))
  const got = await site.get('/text', { 'whippet-have': named(body), 'accept-encoding': 'gzip' })
  assert.equal(String(got.body), lines('new words').join('\n'))
  assert.equal(got.headers.get('whippet-delta'), null)
  assert.equal(got.headers.get('content-type'), 'text/plain')
  assert.notEqual(got.headers.get('cache-control'), 'no-store')
  assert.equal(site.delta.stats().edits, 0)
})

test('a Request: where zlib or `scope` fails, the response is as the application made it', async (t) => {
  const { gzip } = zlib
  t.after(() => (zlib.gzip = gzip))
  zlib.gzip = (bytes, options, done) => done(new Error('no memory'))
  const request = () => new Request('http://site.example/rows', { headers: { 'accept-encoding': 'gzip' } })
  const nobody = createDelta({ scope: () => Promise.reject(new Error('nobody')) })
  for (const delta of [createDelta(), nobody]) {
    const got = await delta.respond(request(), new Response(rows(1), { statusText: 'Fine', headers: json({ etag: '"mine"' }) }))
    assert.deepEqual([got.status, got.statusText, await got.text()], [200, 'Fine', rows(1)])
    assert.deepEqual([...got.headers], [...new Headers(json({ etag: '"mine"' }))])
  }
  const own = await nobody.respond(request(), new Response(null, { status: 304, headers: { etag: '"mine"' } }))
  assert.deepEqual([own.status, own.headers.get('etag')], [304, '"mine"'])
})

test('a lifetime is told in whole seconds that caches can count', async () => {
  const told = async (lifetime) => {
    const request = new Request('http://site.example/rows')
    const response = await createDelta({ lifetime }).respond(request, new Response(rows(1), { headers: json() }))
    return response.headers.get('cache-control').split('stale-while-revalidate=')[1]
  }
  assert.deepEqual([await told(1.5), await told(0), await told(Infinity)], ['1', '0', '2147483648'])
})

test('addresses are patterns that match them, and no others', async () => {
  const handle = createDelta().fetch(() => new Response(rows(1), { headers: { 'content-type': 'application/json' } }))
  for (const [path, pattern] of [
    ['/a/rows', 'rows'],
    ['/a/rows/', '/a/rows/'],
    ['/a/rows?q=a+b*(c)', String.raw`rows?q=a\\+b\\*\\(c\\)`],
    ['/a/rows?at=10:30?', String.raw`rows?at=10{\\:}30\\?`],
    ['/a/:id', String.raw`{\\:}id`],
    ['/a/std:::rows', String.raw`std{\\:}{\\:}{\\:}rows`],
    // A question mark after a group makes it optional, unless it is escaped.
    ['/a/rows:?page=2', String.raw`rows{\\:}\\?page=2`],
    ['/a/rows:?', String.raw`rows{\\:}\\?`],
  ]) {
    const url = `http://site.example${path}`
    const offered = (await handle(new Request(url))).headers.get('use-as-dictionary')
    assert.equal(offered, `match="${pattern}"`)
    // Since Node.js 23.8.
    if (!globalThis.URLPattern) continue
    const read = new URLPattern(pattern.replaceAll('\\\\', '\\'), url)
    assert.ok(read.test(url), path)
    assert.ok(!read.test('http://site.example/a/other'), path)
  }
})

test('options that are no lengths say so', () => {
  assert.throws(() => createDelta({ memory: -1 }), /memory is a number of 0 or more, not -1/)
  assert.throws(() => createDelta({ lifetime: 'long' }), RangeError)
})

test('an option that is undefined is one that is not given', async () => {
  const delta = createDelta({ memory: undefined, compress: undefined, scope: undefined })
  const request = new Request('http://site.example/rows', { headers: { 'accept-encoding': 'gzip' } })
  const response = await delta.respond(request, new Response(rows(1), { headers: json() }))
  assert.equal(response.headers.get('content-encoding'), 'gzip')
})

test('workers are told that a body is encoded already', async (t) => {
  const { Response } = globalThis
  const inits = []
  globalThis.Response = class extends Response {
    constructor(body, init) {
      super(body, init)
      inits.push(init)
    }
  }
  t.after(() => (globalThis.Response = Response))
  const request = new Request('http://site.example/rows', { headers: { 'accept-encoding': 'gzip' } })
  await createDelta().respond(request, new Response(rows(1), { headers: json() }))
  assert.equal(inits.at(-1).encodeBody, 'manual')
})
