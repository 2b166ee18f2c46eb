// Adds `traceparent` to requests, so that a slow page view can be found in the backend's traces.
// https://www.w3.org/TR/trace-context/
import { attempt } from './lib/guard.js'
import { matchesPattern } from './lib/format.js'
import { randomId } from './lib/random.js'
import { wrapMethod } from './lib/wrapMethod.js'

const HEADER = 'traceparent'

/**
 * Adds the header to requests that `isTraced` selects, unless they have one, within a scope. `traceId` returns 32
 * hexadecimal digits.
 *
 * All other requests are made with the page's own arguments, and no property of those is read that the page could observe.
 */
export function addTraceparent(listed: (string | RegExp)[], except: string, traceId: () => string): void {
  const isWanted = (url: string | undefined) => url !== undefined && isTraced(resolve(url), location.origin, listed, except)
  const value = () => `00-${traceId()}-${randomId()}-01`

  const { Request } = globalThis
  wrapMethod(globalThis, 'fetch', (fetch, self, args) => {
    /** The request that `fetch` would create from these arguments, with the header; `undefined` if it carries none. */
    const request = attempt(() => {
      if (!isWanted(addressOf(args[0]))) return undefined
      // `fetch` itself begins with this constructor, so every form of arguments is supported, and read only once. If the
      // constructor throws, `fetch` gets the arguments and throws its own error.
      const request = new Request(args[0], args[1])
      attempt(() => {
        if (isWanted(request.url) && !request.headers.has(HEADER)) request.headers.set(HEADER, value())
      })
      return request
    })
    return Reflect.apply(fetch, self, request ? [request] : args)
  })

  const prototype = attempt(() => XMLHttpRequest.prototype)
  if (!prototype) return
  const { setRequestHeader } = prototype
  /** Whether an open request has yet to get the header, when it is sent. */
  const wanted = new WeakMap<XMLHttpRequest, boolean>()
  wrapMethod(prototype, 'open', (open, self, args) => {
    // Resolved before `open` is called, against the base URL that `open` itself uses.
    const isListed = attempt(() => isWanted(addressOf(args[1])))
    const result = Reflect.apply(open, self, args)
    attempt(() => (isListed ? wanted.set(self, true) : wanted.delete(self)))
    return result
  })
  wrapMethod(prototype, 'setRequestHeader', (set, self, args) => {
    // The page sets the header itself. The browser would join two values, and the result would be invalid. What other tracers
    // set while it is sent comes too late.
    if (typeof args[0] !== 'string' || args[0].toLowerCase() === HEADER) {
      if (wanted.get(self) === false) return undefined
      wanted.delete(self)
    }
    return Reflect.apply(set, self, args)
  })
  wrapMethod(prototype, 'send', (send, self, args) => {
    if (wanted.get(self)) {
      attempt(() => setRequestHeader.call(self, HEADER, value()))
      wanted.set(self, false)
    }
    return Reflect.apply(send, self, args)
  })
}

/**
 * Whether a request to `href` carries the header: it must match `listed`, by a pattern or by the beginning of the address
 * (a leading `/` stands for `origin`), and must not go to `except`, the beacons' endpoint. Redirects cannot be seen
 * beforehand, and another origin would have to allow the header: whoever lists an address says that it does, or that there
 * is no redirect. crates/engine/src/beacon/traceparent.rs has the same rules.
 */
export function isTraced(href: string, origin: string, listed: (string | RegExp)[], except: string): boolean {
  return listed.some((item) => matches(item, href, origin)) && !isBelow(href, except)
}

const matches = (item: string | RegExp, href: string, origin: string): boolean =>
  typeof item === 'string' ? isBelow(href, item.startsWith('/') ? origin + item : item) : matchesPattern(item, href)

/** Whether `href` is `base`, or below it: `https://api.example.org` is not below `https://api.example`. */
export function isBelow(href: string, base: string): boolean {
  return !!base && href.startsWith(base) && /[/?#]/.test(base.at(-1)! + (href[base.length] ?? '/'))
}

/** The absolute URL. */
function resolve(url: string): string {
  const here = location.origin + '/'
  const base = document.baseURI
  // Most addresses are absolute paths. Parsing each would cost more than everything else here.
  return /^\/[\w.~%-]/.test(url) && base.startsWith(here) ? here + url.slice(1) : new URL(url, base).href
}

/** The URL of a request, if it can be read without calling code of the page. Throws where there is no `Request`. */
function addressOf(given: unknown): string | undefined {
  if (typeof given === 'string') return given
  if (given instanceof URL) return given.href
  return given instanceof Request ? given.url : undefined
}
