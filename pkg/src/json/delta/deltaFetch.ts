import { applyEdits } from './applyEdits.js'
import { budget, forget, heldFor, hold } from './bodies.js'
import { counted } from './stats.js'
import { countFrom } from './wire.js'

/** On a request: the body that is there. On a response: whether it is whole, or edits to that body. */
const HAVE = 'whippet-have'
const DELTA = 'whippet-delta'

/** Origins that refused the header, which another origin must allow. */
const refused = /* @__PURE__ */ new Set<string>()

/**
 * As `fetch`. Where the server has `whippet-delta` or `whippet/server`, it keeps the last body of each address, says which one it is,
 * and makes the next one from what changed. Where the browser has compression dictionaries it is `fetch`.
 */
export async function deltaFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const request = (input as Partial<Request>).url ? (input as Request) : undefined
  const method = init?.method ?? request?.method ?? 'GET'
  const url = addressOf(request ? request.url : String(input))
  if (url) countFrom(url.href.split('#')[0]!)
  if (method.toUpperCase() !== 'GET' || !url || hasDictionaries() || !globalThis.crypto?.subtle) return fetch(input, init)

  // Only a server that speaks it was kept a body of, so that no other gets a header that it has to allow.
  const held = refused.has(url.origin) ? undefined : heldFor(url.href)
  // A fresh body is in the browser's cache, which has no answer to a request with the header.
  if (!held || (held.until! > Date.now() && !init?.cache)) return keep(url.href, await fetch(input, init))
  const headers = new Headers(init?.headers ?? request?.headers)
  headers.set(HAVE, held.name)
  let response: Response
  try {
    response = await fetch(request ? request.clone() : input, { ...init, headers })
  } catch (error) {
    if ((init?.signal ?? request?.signal)?.aborted) throw error
    // Without the header it may fail, too, as offline.
    response = await fetch(input, init)
    // The own origin refuses no header, but may have sent on to one that does.
    if (url.origin === globalThis.location?.origin) forget(url.href)
    else refused.add(url.origin)
    return response
  }
  if (response.headers.get(DELTA) !== 'edits') return keep(url.href, response)
  let bytes
  try {
    const delta = new Uint8Array(await response.arrayBuffer())
    bytes = applyEdits(held.bytes, delta, budget.body)
    counted.deltaBytes += delta.length
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    forget(url.href)
    counted.failed++
    return keep(url.href, await fetch(input, { ...init, cache: 'reload' }))
  }
  counted.deltas++
  counted.madeBytes += bytes.length
  hold(url.href, { bytes, name: await nameOf(bytes), type: held.type })
  return made(response, bytes, held.type)
}

/** The response, whose body is kept as it arrives if the server speaks deltas. */
function keep(url: string, response: Response): Response {
  const { headers, status } = response
  if (status !== 200 || headers.get(DELTA) !== 'whole' || Number(headers.get('content-length')) > budget.body) return response
  const copy = response.clone()
  const read = async () => {
    const bytes = new Uint8Array(await copy.arrayBuffer())
    const age = /max-age=(\d+)/.exec(headers.get('cache-control')!)?.[1]
    const until = Date.now() + 1000 * Number(age)
    hold(url, { bytes, name: await nameOf(bytes), type: headers.get('content-type'), until })
    counted.whole++
  }
  // Whoever reads the response sees its errors.
  read().catch(() => forget(url))
  return response
}

/** The response that `fetch` would have given for the whole body. */
function made(response: Response, bytes: Uint8Array<ArrayBuffer>, type: string | null): Response {
  const headers = new Headers(response.headers)
  for (const name of [DELTA, 'content-encoding', 'content-length', 'content-type']) headers.delete(name)
  if (type) headers.set('content-type', type)
  const { status, statusText, url, redirected } = response
  const whole = new Response(bytes, { status, statusText, headers })
  return Object.defineProperties(whole, { url: { value: url }, redirected: { value: redirected } })
}

/** The body's SHA-256, as `Available-Dictionary` has it. */
async function nameOf(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)
  return `:${btoa(String.fromCharCode(...new Uint8Array(digest)))}:`
}

function addressOf(address: string): URL | undefined {
  try {
    return new URL(address, globalThis.location?.href)
  } catch {
    // `fetch` says what is wrong with it.
  }
}

let dictionaries: boolean | undefined

/** Whether the browser itself offers the last body as a dictionary. */
function hasDictionaries(): boolean {
  dictionaries ??= !!globalThis.document?.createElement('link').relList?.supports?.('compression-dictionary')
  return dictionaries
}
