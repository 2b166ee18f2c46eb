// Takes out of addresses what may tell who somebody is, before it leaves the page. The rules are those of
// crates/engine/src/beacon/scrub.rs.
import { attempt } from './guard.js'

/** `path` without query and fragment, and with `:id` for each segment that looks like one of many. */
export const scrubPath = (path: string): string =>
  path
    .replace(/[?#].*/s, '')
    .split('/')
    .map((segment) => (isId(segment) ? ':id' : segment))
    .join('/') || '/'

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

/** An address without query, fragment and user, its path as `scrubPath` has it. What has no host keeps its scheme. */
export function scrubUrl(url: string): string {
  const parsed = attempt(() => new URL(url, location.href))
  if (!parsed) return scrubPath(url)
  return parsed.host ? `${parsed.protocol}//${parsed.host}${scrubPath(parsed.pathname)}` : parsed.protocol
}

/** An address with its query or fragment, up to what cannot be in one, and the `:line:column` behind it. */
const ADDRESS = /(:\/\/[^\0- "'`<>()[\]{}?#]*)[?#][^\0- "'`<>()[\]{}]*?((?::\d+)*)(?=[\0- "'`<>()[\]{}]|$)/g

/** `text`, an error's message or stack, with all addresses in it cut before their query or fragment. */
export const scrubText = (text: string): string => text.replace(ADDRESS, '$1$2')

/** A number, a UUID, a hash, a token, an e-mail address. Version numbers stay: they are few, and telling. */
function isId(segment: string): boolean {
  const { length } = segment
  const digits = segment.replace(/\D/g, '').length
  return (
    (digits > 0 && (digits === length || (length >= 8 && /^[\da-f-]+$/i.test(segment)))) ||
    (digits >= 4 && length >= 16 && !segment.includes('.')) ||
    length >= 64 ||
    /@|%40/.test(segment)
  )
}
