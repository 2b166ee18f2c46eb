// `traceparent` on requests, so that a slow one can be found in the backend's traces.
// https://www.w3.org/TR/trace-context/
import { attempt } from './guard.js'
import { randomName } from './text.js'
import { wrap } from './wrap.js'

const HEADER = 'traceparent'

/**
 * Adds the header to the requests of which `isTraced` says so, as long as nobody else has. `trace` gives 32 hexadecimal
 * digits. Returns how to stop.
 *
 * All other requests go out with the page's own arguments, of which nothing is read that the page could see.
 */
export function addTraceparent(listed: (string | RegExp)[], except: string, trace: () => string): () => void {
  /** Whether a request to `url` is to have it; of what is no address yet, nothing is known. */
  const isWanted = (url: string | undefined) =>
    url !== undefined && isTraced(wholeOf(url), location.origin, listed, except)
  const value = () => `00-${trace()}-${randomName()}-01`
  const undos = [traceFetch(isWanted, value), ...traceRequests(isWanted, value)]
  return () => {
    for (const undo of undos) attempt(() => undo?.())
  }
}

/**
 * Whether a request to `href` carries the header: one that `listed` names, by a pattern or by the beginning of the
 * address; a `/` in front stands for `origin`. Nobody sees beforehand where a server redirects a request to, and another
 * origin would have to allow the header; who lists an address says that it does, or that there is no redirect.
 * What goes to `except`, where beacons go, is none of the page's. As crates/engine/src/beacon/traceparent.rs has it.
 */
export function isTraced(href: string, origin: string, listed: (string | RegExp)[], except: string): boolean {
  return listed.some((one) => matches(one, href, origin)) && !isBelow(href, except)
}

function matches(one: string | RegExp, href: string, origin: string): boolean {
  if (typeof one === 'string') return isBelow(href, one.startsWith('/') ? origin + one : one)
  return new RegExp(one.source, one.flags.replace(/[gy]/g, '')).test(href)
}

/** Whether `href` begins with `one`: `https://api.example` is not the beginning of `https://api.example.org`. */
export function isBelow(href: string, one: string): boolean {
  return !!one && href.startsWith(one) && /[/?#]/.test(one.at(-1)! + (href[one.length] ?? '/'))
}

/** `url` as the document understands it. */
function wholeOf(url: string): string {
  const here = location.origin + '/'
  const base = document.baseURI
  // Most addresses are paths: to parse each would cost more than all the rest.
  return /^\/[\w.~%-]/.test(url) && base.startsWith(here) ? here + url.slice(1) : new URL(url, base).href
}

/** The address that the page gave, where it can be read without calling anything of the page's. */
function addressOf(given: unknown): string | undefined {
  if (typeof given === 'string') return given
  if (given instanceof URL) return given.href
  return typeof Request === 'function' && given instanceof Request ? given.url : undefined
}

type IsWanted = (url: string | undefined) => boolean

function traceFetch(isWanted: IsWanted, value: () => string): (() => void) | undefined {
  const { Request } = globalThis
  /** The request that `fetch` would make of these arguments, with the header. */
  const requestOf = (input: RequestInfo | URL, init?: RequestInit) => {
    if (!isWanted(addressOf(input))) return undefined
    // Made by the browser, as `fetch` begins with just that: what the page gave is read once, and in all its forms. If
    // it cannot be made, `fetch` says so in its own words.
    const request = new Request(input, init)
    attempt(() => {
      if (isWanted(request.url) && !request.headers.has(HEADER)) request.headers.set(HEADER, value())
    })
    return request
  }
  return wrap(globalThis, 'fetch', (fetch, self, args) => {
    const request = attempt(() => requestOf(args[0], args[1]))
    return Reflect.apply(fetch, self, request ? [request] : args)
  })
}

function traceRequests(isWanted: IsWanted, value: () => string): ((() => void) | undefined)[] {
  const prototype = attempt(() => XMLHttpRequest.prototype)
  if (!prototype) return []
  const { setRequestHeader } = prototype
  /** Requests that are to have the header, and do not have it yet. */
  const wanted = new WeakSet<XMLHttpRequest>()
  return [
    wrap(prototype, 'open', (open, self, args) => {
      // By the base of this moment, as the browser does it.
      const is = attempt(() => isWanted(addressOf(args[1])))
      const result = Reflect.apply(open, self, args)
      attempt(() => (is ? wanted.add(self) : wanted.delete(self)))
      return result
    }),
    wrap(prototype, 'setRequestHeader', (set, self, args) => {
      // Its own: two would be joined to one that nobody can read.
      if (typeof args[0] !== 'string' || args[0].toLowerCase() === HEADER) wanted.delete(self)
      return Reflect.apply(set, self, args)
    }),
    wrap(prototype, 'send', (send, self, args) => {
      if (wanted.delete(self)) attempt(() => setRequestHeader.call(self, HEADER, value()))
      return Reflect.apply(send, self, args)
    }),
  ]
}
