// Whose a body is: only requests of one scope get a delta against it. A delta tells its reader which parts of the dictionary
// the new body has, so a body that was made for one user is no dictionary for another.
import type { Ask } from './ask.js'
import { has, members, type Fields } from './fields.js'

/** Fields that say who asks. */
const CREDENTIALS = ['authorization', 'cookie', 'proxy-authorization', 'x-api-key', 'x-auth-token', 'x-access-token']

/** Fields of `Vary` that say how an answer is written, not what it says. */
const CODINGS = ['accept-encoding', 'available-dictionary', 'dictionary-id', 'whippet-have', '*']

/** What a body is kept under: its URL, and whatever says whose it is. It is hashed, as it may have secrets. */
export function keyOf(ask: Ask, fields: Fields, anyQuery: boolean): string {
  const { host, path, query, field, scope } = ask
  const parts: unknown[] = [host, path, anyQuery ? '' : query]
  const given = (name: string) => parts.push(name, field(name))
  members(fields.get('vary'))
    .filter((name) => !CODINGS.includes(name))
    .forEach(given)
  if (!has(members(fields.get('cache-control')), 'public')) {
    if (scope !== undefined && scope !== null) parts.push('scope', scope)
    else CREDENTIALS.forEach(given)
  }
  return JSON.stringify(parts)
}
