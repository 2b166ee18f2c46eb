// Removes personal data from addresses before they leave the page. docs/rum.md lists what counts as an address;
// crates/engine/src/beacon/scrub.rs has the same rules.
import { attempt } from './lib/guard.js'

/** Schemes whose addresses are reduced to the scheme: the rest is contents, an e-mail address, or a path of the user's disk. */
const OPAQUE = /^(?:blob|data|file|filesystem|javascript|mailto|sms|tel|view-source)$/i
/** Separates words. */
const SEPARATOR = /[\0- "'`<>()[\]{},;=|&!*$^\\:@?#/]/
/** The beginning of an absolute path, or of `//host`. */
const PATH = /\/(?:[\w.~%@:$!?#\u0080-\uffff-]|\/[\w[\u0080-\uffff])/y
/** `name=`, the beginning of a query. */
const QUERY = /[\w%.[\]~+-]{1,64}=/y
/** The domain of an e-mail address. The file in a stack frame, `buy@app.js:1:20`, is not one. */
const DOMAIN = /[a-z\d-]+(?:\.[a-z\d-]+)*?\.[a-z]{2,24}(?![\w-]|:\d{1,7}:\d)/iy
/** A host, with its port. What does not match may be a user and a password that are not encoded correctly. */
const HOST = /^(?:\[[^\]]*(?:\][^:]*)?|(?!\[)[^:]*)(?::\d*)?$/

/** The `:line:column`, or `:line`, that browsers append to an address. */
const POSITION = /(?::\d{1,7}:\d{1,7}|:\d{1,5})$/

/** Removes query and fragment, and replaces segments that look like ids by `:id`. */
export const scrubPath = (path: string): string => scrubSegments(path) || '/'

/**
 * The route of an address: its path, and the fragment where that is a path too, as hash routers have it:
 * `/app#/orders/7`. The fragments `#` and `#/` are no route; a query in the fragment is removed.
 */
export function routeOf({ pathname, hash }: URL | Location): string {
  const [, route] = /^#(!?\/[^?#]+)/.exec(hash) ?? []
  return route ? `${pathname}#${route}` : pathname
}

/**
 * Scrubs a route as `routeOf` returns it. Of a document on the user's disk, or one that is its own address as with `data:`, the
 * scheme stands for the path.
 */
export const scrubRoute = (route: string, protocol = ''): string =>
  route
    .split('#')
    .map((path, place) => (!place && OPAQUE.test(protocol.slice(0, -1)) ? protocol : scrubPath(path)))
    .join('#')

/** Scrubs an address, which may be relative to the page's. */
export function scrubUrl(url: string): string {
  const whole = attempt(() => new URL(url, location.href).href)
  return whole ? scrubAddress(whole) : scrubText(url)
}

/** Scrubs each address in a text, such as an error's message or stack. */
export function scrubText(text: string): string {
  let scrubbed = ''
  let done = 0
  // The start of the current word, which may turn out to be an address.
  let run = 0
  for (let at = 0; at < text.length; at++) {
    const start = addressStart(text, run, at)
    if (start !== undefined) {
      const end = Math.max(addressEnd(text, start, at), at + 1)
      const whole = text.slice(start, end)
      const [position] = POSITION.exec(whole) ?? ['']
      scrubbed += text.slice(done, start) + scrubAddress(whole.slice(0, whole.length - position.length)) + position
      done = run = end
      at = end - 1
    } else if (SEPARATOR.test(text[at]!)) run = at + 1
  }
  return scrubbed + text.slice(done)
}

/** Removes user, query and fragment, and replaces ids in the path by `:id`. */
function scrubAddress(whole: string): string {
  const [scheme, name] = /^([a-z\d+.-]*):/i.exec(whole) ?? ['', '']
  const rest = whole.slice(scheme.length)
  if (!rest.startsWith('//') || OPAQUE.test(name!)) return scheme || scrubSegments(rest)
  const [authority] = /^[^/?#\\]*/.exec(rest.slice(2))!
  const host = authority.slice(authority.lastIndexOf('@') + 1)
  return HOST.test(host) ? `${scheme}//${host}${scrubSegments(rest.slice(2 + authority.length))}` : scheme
}

/** The start of an address, if the character at `at` shows that the word which starts at `run` is one. */
function addressStart(text: string, run: number, at: number): number | undefined {
  const follows = (pattern: RegExp, start = at + 1) => {
    pattern.lastIndex = start
    return pattern.test(text)
  }
  const word = () => text.slice(run, at)
  let begins = false
  switch (text[at]) {
    case ':': {
      let start = at
      while (start > run && /[a-z\d+.-]/i.test(text[start - 1]!)) start--
      run = start
      const isKnown = text.charCodeAt(at + 1) > 32 && OPAQUE.test(word())
      begins = text.startsWith('//', at + 1) || (isKnown && (text[at + 1] === '/' || !/^file$/i.test(word())))
      break
    }
    case '/':
      // `12/24/2026` is not a path.
      begins = run === at ? follows(PATH, at) : /\D/.test(word())
      break
    case '?':
      begins = follows(QUERY) || (/[\w\u0080-\uffff]/.test(text[at + 1] ?? '') && word().includes('.'))
      break
    case '#':
      begins = follows(QUERY)
      break
    case '@':
      begins = run < at && follows(DOMAIN)
  }
  return begins ? run : undefined
}

/**
 * The end of the address that begins at `start` and was recognised at `at`. In quotes it is the closing quote. Elsewhere it
 * is white space; a path also ends at `"`, `<` and `>`, and at a bracket that was opened before the address. Punctuation
 * after the address is not part of it.
 */
function addressEnd(text: string, start: number, at: number): number {
  const quote = text[start - 1] ?? ' '
  const close = '"\'`'.includes(quote) ? text.indexOf(quote, start) : -1
  if (close >= 0 && !text.slice(start, close).includes('\n')) return close
  let end = start
  let depth = 0
  let isPath = text[at] !== ':' || text.startsWith('//', at + 1)
  for (; end < text.length; end++) {
    const next = text[end]!
    if (next <= ' ' || (isPath && '"<>'.includes(next))) break
    if ('?#'.includes(next)) isPath = false
    if ('([{'.includes(next)) depth++
    if (')]}'.includes(next)) {
      if (isPath && !depth) break
      depth--
    }
  }
  for (; end > start; end--) {
    const last = text[end - 1]!
    const closes = ')]}'.includes(last) && depth < 0
    if (closes) depth++
    else if (!'.,;:!?\'`"<>'.includes(last)) break
  }
  return end
}

/** Removes query and fragment, and replaces ids by `:id`. */
const scrubSegments = (path: string): string =>
  path.replace(/[?#].*/s, '').replace(/[^/\\]+/g, (segment) => (isId(segment) ? ':id' : segment))

/**
 * Whether a segment looks like an id, or a piece of it does: `Orders(1234567)`, `7;session=1a2b3c4d`. A piece of less than
 * four characters is not an id: `photo(1).png`.
 */
const isId = (segment: string): boolean =>
  looksLikeId(segment) || segment.split(/[&(),:;=]/).some((piece) => piece.length >= 4 && looksLikeId(piece))

/** A number, a UUID, a hash, a token or an e-mail address. Version numbers and file names stay: there are few, and they are useful. */
function looksLikeId(segment: string): boolean {
  const { length } = segment
  const digits = segment.replace(/\D/g, '').length
  return (
    (digits > 0 && (digits === length || (length >= 8 && /^[\da-f-]+$/i.test(segment)))) ||
    (digits >= 4 && length >= 16 && !/[.[]/.test(segment)) ||
    (length >= 64 && !/\.[a-z\d]{2,5}$/i.test(segment)) ||
    /@|%40/.test(segment)
  )
}
