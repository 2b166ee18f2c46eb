// What a request says about what may be answered.
import { accepts, digestIn } from './fields.js'
import type { Scope } from './options.js'

/** A request that may be answered with a delta. */
export interface Ask {
  host: string
  path: string
  /** Without the question mark, or `undefined`. */
  query: string | undefined
  field(name: string): string | null | undefined
  /** What the application says about who asks, once the answer is there. */
  scope?: Scope
  /** The SHA-256 of the body that the client has, in base64. */
  known: string | undefined
  /** Whether the browser offers it as a dictionary. Otherwise the difference is sent as edits. */
  dictionary: boolean
}

/** `undefined` for a request that is none of ours: only whole bodies of `GET` are compared. */
export function askOf(method: string, url: string, field: Ask['field']): Ask | undefined {
  if (method !== 'GET' || field('range') || field('upgrade')) return
  // Node gives the path alone.
  const [, origin = '', path = '/', query] = /^(?:[a-z]+:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?/i.exec(url)!
  const offered = accepts(field('accept-encoding'), 'dcz') ? digestIn(field('available-dictionary')) : undefined
  return {
    host: field('host') ?? origin,
    path: path || '/',
    query,
    field,
    known: offered ?? digestIn(field('whippet-have')),
    dictionary: offered !== undefined,
  }
}
