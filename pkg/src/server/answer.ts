// Which body is looked at, and what is sent for it.
import type { Ask } from './ask.js'
import { Bodies } from './bodies.js'
import { writeEdits } from './edits.js'
import { isText, noneMatch, type Fields } from './fields.js'
import { isStored, offer, tellCaches } from './freshness.js'
import { settingsOf, type DeltaOptions, type Settings } from './options.js'
import { keyOf } from './scope.js'
import { noStats, type DeltaStats } from './stats.js'
import { compressed, hasDictionaries, withDictionaryOf } from './zlib.js'

/** What is sent. A body of `null` is none: the client has it. */
export interface Sent {
  status: number
  body: Uint8Array | null
}

/** Answers one after another, and what they have in common. */
export class Answers {
  readonly settings: Settings
  readonly #bodies: Bodies
  readonly #stats = noStats()

  constructor(options: DeltaOptions) {
    this.settings = settingsOf(options)
    this.#bodies = new Bodies(this.settings.memory, this.settings.bodiesPerUrl)
  }

  stats(): DeltaStats {
    return { ...this.#stats, keptBytes: this.#bodies.bytes }
  }

  /** `ask`, with what the application says about who asks. */
  async scoped(ask: Ask, request: unknown): Promise<Ask> {
    return { ...ask, scope: await this.settings.scope?.(request) }
  }

  /** Whether a body of this length is one that a later one can be compared with. */
  compares(status: number, fields: Fields, length: number): boolean {
    const { minBytes, maxBytes } = this.settings
    return (
      status === 200 &&
      length >= minBytes &&
      length <= maxBytes &&
      isStored(fields) &&
      isText(fields.get('content-type')) &&
      ['', 'identity'].includes(fields.get('content-encoding') ?? '') &&
      fields.get('content-range') === null &&
      // Trailers need a body in chunks, and what is sent here has a length.
      fields.get('trailer') === null &&
      // A response that opens a session is for whom it opens it, and nothing in the request says who that is.
      fields.get('set-cookie') === null
    )
  }

  /** A 304 of the application. What it says takes the place of what the stored response said. */
  async notModified(ask: Ask, fields: Fields): Promise<void> {
    if (isStored(fields) && this.#bodies.newest(await this.#key(ask, fields))) tellCaches(fields, this.settings)
  }

  /**
   * Keeps `bytes`, and says what is sent for them. Sets the fields of the response. `encodes` says whether `Content-Encoding` reaches the
   * client.
   */
  async answer(ask: Ask, fields: Fields, bytes: Uint8Array, encodes = true): Promise<Sent> {
    const { settings } = this
    const stats = this.#stats
    const key = await this.#key(ask, fields)
    const newest = this.#bodies.newest(key)
    const digest = newest && same(newest.bytes, bytes) ? newest.digest : await digestOf(bytes)
    const tag = fields.get('etag') ?? `W/"${digest.slice(0, 16)}"`
    fields.set('etag', tag)
    tellCaches(fields, settings)
    // As a proxy may have copied it. A message with it has no length (RFC 9112, 6.2).
    fields.delete('transfer-encoding')
    offer(fields, ask, settings)
    const old = ask.known === undefined ? undefined : this.#bodies.find(key, ask.known)
    if (ask.known !== undefined && !old) stats.unknown++
    this.#bodies.keep(key, { digest, bytes })

    stats.bodyBytes += bytes.length
    if (noneMatch(ask.field('if-none-match'), tag)) {
      stats.notModified++
      for (const name of ['content-type', 'content-length', 'content-encoding']) fields.delete(name)
      return { status: 304, body: null }
    }
    const body = await this.#body(encodes ? ask.field('accept-encoding') : null, ask, fields, bytes, old)
    fields.set('content-length', String(body.length))
    stats.sentBytes += body.length
    return { status: 200, body }
  }

  async #body(
    accept: string | null | undefined,
    ask: Ask,
    fields: Fields,
    bytes: Uint8Array,
    old: Uint8Array | undefined,
  ): Promise<Uint8Array> {
    const stats = this.#stats
    const shorter = (coding: string, body: Uint8Array) => {
      changed(fields)
      fields.set('content-encoding', coding)
      return body
    }
    if (old && ask.dictionary && accept && hasDictionaries()) {
      const body = await withDictionaryOf(old, ask.known!, bytes)
      if (body.length < bytes.length) {
        stats.dictionary++
        return shorter('dcz', body)
      }
    } else if (old && !ask.dictionary) {
      const edits = writeEdits(old, bytes)
      // Longer edits are compressed no better than the whole.
      if (edits.length <= bytes.length / 2) {
        // Before any field is set: where that fails, the whole body is sent.
        const short = edits.length > 200 ? await compressed(edits, accept) : undefined
        stats.edits++
        changed(fields)
        fields.set('whippet-delta', 'edits')
        // They are no answer for anybody else, so no cache may store them.
        fields.set('cache-control', 'no-store')
        fields.set('content-type', 'application/octet-stream')
        fields.delete('use-as-dictionary')
        return short && short[1].length < edits.length ? shorter(...short) : edits
      }
    }
    stats.whole++
    fields.set('whippet-delta', 'whole')
    const short = this.settings.compress ? await compressed(bytes, accept) : undefined
    return short && short[1].length < bytes.length ? shorter(...short) : bytes
  }

  async #key(ask: Ask, fields: Fields): Promise<string> {
    return digestOf(new TextEncoder().encode(keyOf(ask, fields, this.settings.anyQuery)))
  }
}

/** The body is another than the fields were made for. */
function changed(fields: Fields): void {
  const tag = fields.get('etag')
  if (tag && !tag.startsWith('W/')) fields.set('etag', `W/${tag}`)
  for (const name of ['accept-ranges', 'content-digest', 'repr-digest', 'digest', 'content-md5']) fields.delete(name)
}

/** The SHA-256 in base64. */
async function digestOf(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>))
  return btoa(String.fromCharCode(...digest))
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  // Node compares natively.
  const { Buffer } = globalThis as { Buffer?: { compare(a: Uint8Array, b: Uint8Array): number } }
  return Buffer ? Buffer.compare(a, b) === 0 : a.every((byte, i) => byte === b[i])
}
