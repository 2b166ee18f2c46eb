// What caches are told, so that a browser keeps the body as a dictionary and nobody gets an older answer than before.
//
// Chromium keeps a dictionary as long as its response may be used: for `max-age` and `stale-while-revalidate` together, and not at
// all with `no-cache`. A response that must be asked for again each time says so by `Vary: *` instead: a stored one never
// matches a request (RFC 9111, 4.1), and is asked for with its `ETag`.
import type { Ask } from './ask.js'
import { has, hasWhole, members, seconds, vary, type Fields } from './fields.js'
import type { Settings } from './options.js'

/** Whether a response may be stored. */
export function isStored(fields: Fields): boolean {
  const control = members(fields.get('cache-control'))
  return !has(control, 'no-store') && !has(control, 'no-transform')
}

/** Tells caches what the answer depends on, and lets a browser keep it where it must ask again anyway. */
export function tellCaches(fields: Fields, settings: Settings): void {
  if (!settings.keepCacheControl && isAskedAgain(fields)) {
    fields.set('cache-control', `private, max-age=0, stale-while-revalidate=${settings.lifetime}`)
    fields.delete('expires')
    fields.delete('pragma')
    fields.set('vary', '*')
  }
  vary(fields, ['accept-encoding', 'available-dictionary', 'whippet-have'])
}

/** Whether every use of the response must ask the server first, so that `Vary: *` changes nothing. */
function isAskedAgain(fields: Fields): boolean {
  const control = members(fields.get('cache-control'))
  const guessed = fields.get('last-modified') !== null
  const expires = fields.get('expires') !== null
  // Caches may guess how long it is fresh.
  if (control.length === 0) return !guessed && !expires
  const asked = hasWhole(control, 'no-cache') || seconds(control, 'max-age') === 0
  const isPrivate = hasWhole(control, 'private') && !has(control, 'max-age') && !expires && !guessed
  return !(seconds(control, 's-maxage')! > 0) && !has(control, 'stale-while-revalidate') && (asked || isPrivate)
}

/** Offers the body as a dictionary for its own URL, unless the application has offered it itself. */
export function offer(fields: Fields, ask: Ask, settings: Settings): void {
  if (fields.get('use-as-dictionary') === null) fields.set('use-as-dictionary', `match="${patternOf(ask, settings)}"`)
}

/** A URL pattern for the URL. It is relative, as a proxy or a router may have taken the beginning of the path away. */
function patternOf({ path, query }: Ask, { anyQuery }: Settings): string {
  const last = escaped(path.slice(path.lastIndexOf('/') + 1) || path)
  // After a group, as of a colon at the path's end, a plain question mark makes the group optional; an escaped one begins the query.
  const mark = last.endsWith('}') ? '\\\\?' : '?'
  return query === undefined || anyQuery ? last : last + mark + escaped(query)
}

/**
 * Escapes what patterns give a meaning to. The backslash is doubled, as the pattern is a string of a structured field. A colon
 * would end a protocol, escaped or not, but in a group.
 */
function escaped(text: string): string {
  return text
    .replace(/[*+?(){}\\"]/g, (char) => (char === '"' || char === '\\' ? `\\\\\\${char}` : `\\\\${char}`))
    .replaceAll(':', '{\\\\:}')
}
