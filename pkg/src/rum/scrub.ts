// Takes out of addresses what may tell who somebody is, before it leaves the page: docs/rum.md lists what counts as an
// address. The rules are those of crates/engine/src/beacon/scrub.rs.
import { attempt } from './guard.js'

/** Schemes of which nothing but the scheme is told: what follows is contents, somebody's address, or a file's place. */
const OPAQUE = /^(?:blob|data|file|filesystem|javascript|mailto|sms|tel|view-source)$/i
/** Ends a word in which no address began. */
const SEPARATOR = /[\0- "'`<>()[\]{},;=|&!*$^\\:@?#/]/
/** What an absolute path, or one with a host, goes on with. */
const PATH = /\/(?:[\w.~%@:$!?#\u0080-\uffff-]|\/[\w[\u0080-\uffff])/y
/** `name=`, which is how queries begin. */
const QUERY = /[\w%.[\]~+-]{1,64}=/y
/** The domain of an e-mail address. The file of a stack's frame, `buy@app.js:1:20`, is none. */
const DOMAIN = /[a-z\d-]+(?:\.[a-z\d-]+)*?\.[a-z]{2,24}(?![\w-]|:\d{1,7}:\d)/iy
/** A host, with its port. What is none is a user and a password that were written as they should not be. */
const HOST = /^(?:\[[^\]]*(?:\][^:]*)?|(?!\[)[^:]*)(?::\d*)?$/

/** The `:line:column` that browsers write behind an address, or the line alone. */
const POSITION = /(?::\d{1,7}:\d{1,7}|:\d{1,5})$/

/** `path` without query and fragment, and with `:id` for each segment that looks like one of many. */
export const scrubPath = (path: string): string => segments(path) || '/'

/**
 * What names the page at an address: its path, and the fragment too where that is a route, as hash routers have it:
 * `/app#/orders/7`. A fragment's root is the page itself, and its query says no more than the path's.
 */
export function routeOf({ pathname, hash }: URL | Location): string {
  const [, route] = /^#(!?\/[^?#]+)/.exec(hash) ?? []
  return route ? `${pathname}#${route}` : pathname
}

/** A route as `routeOf` has it, without what may tell who somebody is. */
export const scrubRoute = (route: string): string => route.split('#').map(scrubPath).join('#')

/** What is told of an address that the page has, be it relative. */
export function scrubUrl(url: string): string {
  const whole = attempt(() => new URL(url, location.href).href)
  return whole ? scrubAddress(whole) : scrubText(url)
}

/** `text`, such as an error's message or stack, with `scrubAddress` of each address in it. */
export function scrubText(text: string): string {
  let told = ''
  let done = 0
  // Where the word began that may turn out to be an address.
  let run = 0
  for (let at = 0; at < text.length; at++) {
    const start = beginning(text, run, at)
    if (start !== undefined) {
      const end = Math.max(ending(text, start, at), at + 1)
      const whole = text.slice(start, end)
      const [position] = POSITION.exec(whole) ?? ['']
      told += text.slice(done, start) + scrubAddress(whole.slice(0, whole.length - position.length)) + position
      done = run = end
      at = end - 1
    } else if (SEPARATOR.test(text[at]!)) run = at + 1
  }
  return told + text.slice(done)
}

/** What is told of an address: no user, query or fragment, ids in its path as `:id`. */
function scrubAddress(whole: string): string {
  const [scheme, name] = /^([a-z\d+.-]*):/i.exec(whole) ?? ['', '']
  const rest = whole.slice(scheme.length)
  if (!rest.startsWith('//') || OPAQUE.test(name!)) return scheme || segments(rest)
  const [authority] = /^[^/?#\\]*/.exec(rest.slice(2))!
  const host = authority.slice(authority.lastIndexOf('@') + 1)
  return HOST.test(host) ? `${scheme}//${host}${segments(rest.slice(2 + authority.length))}` : scheme
}

/** Where the address begins that the character at `at` makes one, of a word that began at `run`. */
function beginning(text: string, run: number, at: number): number | undefined {
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
      // `12/24/2026` is no path.
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
 * Where the address ends that begins at `start`, as what is at `at` says: in quotes with them; elsewhere at white space, its
 * path also at what no path has, and in front of a bracket that was opened before; without what stands around an address.
 */
function ending(text: string, start: number, at: number): number {
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

/** `path` up to its query or fragment, ids as `:id`. */
const segments = (path: string): string =>
  path.replace(/[?#].*/s, '').replace(/[^/\\]+/g, (segment) => (isId(segment) ? ':id' : segment))

/**
 * Whether a segment looks like one of many, or a piece of it does: `Orders(1234567)`, `7;session=1a2b3c4d`. What is as short
 * as `photo(1).png` has it is no id.
 */
const isId = (segment: string): boolean =>
  isOneOfMany(segment) || segment.split(/[&(),:;=]/).some((piece) => piece.length >= 4 && isOneOfMany(piece))

/** A number, a UUID, a hash, a token, an e-mail address. Version numbers and names of files stay: they are few, and telling. */
function isOneOfMany(segment: string): boolean {
  const { length } = segment
  const digits = segment.replace(/\D/g, '').length
  return (
    (digits > 0 && (digits === length || (length >= 8 && /^[\da-f-]+$/i.test(segment)))) ||
    (digits >= 4 && length >= 16 && !/[.[]/.test(segment)) ||
    (length >= 64 && !/\.[a-z\d]{2,5}$/i.test(segment)) ||
    /@|%40/.test(segment)
  )
}
