// The same questions, put to each kind of handler.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createServer, request } from 'node:http'
import zlib from 'node:zlib'
import { createDelta } from 'whippet/server'

/** Whether this Node's zstd takes dictionaries. */
export const dictionaries = /^v(22\.(19|[2-9]\d)|24\.([6-9]|\d\d)|2[5-9]|[3-9]\d)\b/.test(process.version)

export const rows = (seen) =>
  JSON.stringify(Array.from({ length: 200 }, (_, id) => ({ id, text: `row ${id * 77}`, seen: id === 7 ? seen : 0 })))

export const named = (body) => `:${createHash('sha256').update(body).digest('base64')}:`

/** What a browser with dictionaries sends that has `body`. */
export const offers = (body) => ({ 'accept-encoding': 'dcb, dcz', 'available-dictionary': named(body) })

/** The text of what came back. */
export function read({ headers, body }, dictionary) {
  const coding = headers.get('content-encoding')
  if (coding === 'br') return zlib.brotliDecompressSync(body).toString()
  if (coding === 'gzip') return zlib.gunzipSync(body).toString()
  if (coding === 'zstd') return zlib.zstdDecompressSync(body).toString()
  if (coding !== 'dcz') return body.toString()
  const head = Buffer.concat([Buffer.from('5e2a4d1820000000', 'hex'), createHash('sha256').update(dictionary).digest()])
  assert.deepEqual(body.subarray(0, 40), head)
  return zlib.zstdDecompressSync(body.subarray(40), { dictionary: Buffer.from(dictionary) }).toString()
}

/** A site whose next answer is `site.next`, by each kind of handler. */
export const kinds = {
  'a Request': (options) => {
    const site = { next: {}, delta: createDelta(options) }
    const handle = site.delta.fetch(async () => {
      const { status = 200, headers = {}, body = '', stream } = site.next
      return new Response(stream ? stream() : status === 304 || status === 204 ? null : body, { status, headers })
    })
    site.get = async (path, headers = {}, method = 'GET') => {
      const response = await handle(new Request(`http://site.example${path}`, { headers, method }))
      return { status: response.status, headers: response.headers, body: Buffer.from(await response.arrayBuffer()) }
    }
    site.handle = handle
    site.end = () => {}
    return site
  },
  'Node’s http': (options) =>
    overHttp(options, ({ status = 200, headers = {}, body = '' }, response) => {
      response.writeHead(status, headers)
      response.end(body)
    }),
  'Node’s http, header by header': (options) =>
    overHttp(options, ({ status = 200, headers = {}, body = '' }, response) => {
      response.statusCode = status
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
      response.end(Buffer.from(body))
    }),
  // `null` for what it does not say.
  'Node’s http, as Fastify writes': (options) =>
    overHttp(options, ({ status = 200, headers = {}, body = '' }, response) => {
      response.writeHead(status, headers)
      response.end(body, null, null)
    }),
}

function overHttp(options, write) {
  const site = { next: {}, delta: createDelta(options) }
  const server = createServer(
    site.delta.node((request, response) => (site.next.run ?? write)(site.next.run ? response : site.next, response)),
  )
  const listening = new Promise((done) => server.listen(0, '127.0.0.1', done))
  site.get = async (path, headers = {}, method = 'GET') => {
    await listening
    return new Promise((done, fail) => {
      const { port } = server.address()
      const sent = request({ port, path, headers: { host: 'site.example', ...headers }, method, agent: false }, (response) => {
        const chunks = []
        response.on('data', (chunk) => chunks.push(chunk))
        response.on('error', fail)
        response.on('end', () => {
          const all = new Headers()
          for (let i = 0; i < response.rawHeaders.length; i += 2) all.append(response.rawHeaders[i], response.rawHeaders[i + 1])
          done({ status: response.statusCode, headers: all, body: Buffer.concat(chunks) })
        })
      })
      sent.on('error', fail)
      sent.end()
    })
  }
  site.end = () => (server.closeAllConnections(), server.close())
  return site
}
