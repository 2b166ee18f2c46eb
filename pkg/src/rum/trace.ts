// `traceparent` on requests, so that a slow one can be found in the backend's traces.
// https://www.w3.org/TR/trace-context/
import { attempt } from './guard.js'
import { randomName } from './text.js'

const HEADER = 'traceparent'

/**
 * Adds the header to the requests of which `isTraced` says so, as long as nobody else has. `trace` gives 32 hexadecimal
 * digits. Returns how to stop.
 */
export function addTraceparent(allowed: (string | RegExp)[], except: string, trace: () => string): () => void {
  let active = true
  /** The header for a request to `url`; `undefined` where it is to have none. */
  const headerFor = (url: string): string | undefined => {
    if (!active) return undefined
    const here = location.origin + '/'
    const base = document.baseURI
    // Most addresses are paths: to parse each would cost more than all the rest.
    const isPath = /^\/[\w.~%-]/.test(url) && base.startsWith(here)
    const href = isPath ? here + url.slice(1) : new URL(url, base).href
    return isTraced(href, location.origin, allowed, except) ? `00-${trace()}-${randomName()}-01` : undefined
  }
  const unwraps = [wrapFetch(headerFor), wrapRequests(headerFor)]
  return () => {
    active = false
    for (const unwrap of unwraps) unwrap()
  }
}

/**
 * Whether a request to `href` carries the header: one to `origin`, and one that `allowed` names. Elsewhere it would
 * cost a preflight, and may be refused. What goes to `except`, where beacons go, is none of the page's. As
 * crates/engine/src/beacon/traceparent.rs has it.
 */
export function isTraced(href: string, origin: string, allowed: (string | RegExp)[], except: string): boolean {
  const isWanted = matches(origin, href) || allowed.some((one) => matches(one, href))
  return isWanted && !matches(except, href)
}

function matches(one: string | RegExp, href: string): boolean {
  if (typeof one === 'string') return isBelow(href, one)
  return new RegExp(one.source, one.flags.replace(/[gy]/g, '')).test(href)
}

/** Whether `href` begins with `one`: `https://api.example` is not the beginning of `https://api.example.org`. */
export function isBelow(href: string, one: string): boolean {
  return !!one && href.startsWith(one) && /[/?#]/.test(one.at(-1)! + (href[one.length] ?? '/'))
}

type HeaderFor = (url: string) => string | undefined

function wrapFetch(headerFor: HeaderFor): () => void {
  const original = globalThis.fetch
  if (typeof original !== 'function') return () => {}
  const withHeader = (input: RequestInfo | URL, init?: RequestInit): RequestInit | undefined => {
    const request = typeof Request === 'function' && input instanceof Request ? input : undefined
    if ((init?.mode ?? request?.mode) === 'no-cors') return init
    const value = headerFor(request ? request.url : String(input))
    if (!value) return init
    const given = init?.headers ?? request?.headers
    if (!given) return { ...init, headers: { [HEADER]: value } }
    const headers = new Headers(given)
    if (headers.has(HEADER)) return init
    headers.set(HEADER, value)
    return { ...init, headers }
  }
  const wrapper = function (this: unknown, ...args: Parameters<typeof fetch>): Promise<Response> {
    const init = attempt(() => withHeader(args[0], args[1]))
    return original.apply(this as typeof globalThis, init ? [args[0], init] : args)
  }
  attempt(() => (globalThis.fetch = wrapper))
  return () => {
    if (globalThis.fetch === wrapper) attempt(() => (globalThis.fetch = original))
  }
}

function wrapRequests(headerFor: HeaderFor): () => void {
  const prototype = attempt(() => XMLHttpRequest.prototype)
  if (!prototype) return () => {}
  const { open, send, setRequestHeader } = prototype
  const urls = new WeakMap<XMLHttpRequest, string>()
  const wrappers = {
    open(this: XMLHttpRequest, ...args: unknown[]): void {
      attempt(() => urls.set(this, String(args[1])))
      return open.apply(this, args as never)
    },
    setRequestHeader(this: XMLHttpRequest, name: string, value: string): void {
      // Its own: two would be joined to one that nobody can read.
      if (String(name).toLowerCase() === HEADER) urls.delete(this)
      return setRequestHeader.call(this, name, value)
    },
    send(this: XMLHttpRequest, ...args: Parameters<XMLHttpRequest['send']>): void {
      attempt(() => {
        const url = urls.get(this)
        const value = url === undefined ? undefined : headerFor(url)
        if (value) setRequestHeader.call(this, HEADER, value)
      })
      return send.apply(this, args)
    },
  }
  attempt(() => Object.assign(prototype, wrappers))
  return () => {
    const originals = { open, send, setRequestHeader }
    for (const name of ['open', 'send', 'setRequestHeader'] as const) {
      if (prototype[name] === wrappers[name]) attempt(() => Object.assign(prototype, { [name]: originals[name] }))
    }
  }
}
