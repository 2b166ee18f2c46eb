// The bodies that are kept. The least recently used go first.

/** A body, and its SHA-256 in base64. */
export interface Kept {
  digest: string
  bytes: Uint8Array
}

/** What an entry costs besides its bytes. */
const ENTRY = 256

const costOf = (body: Kept) => body.bytes.length + ENTRY

/** Bodies by a key that says whose they are. */
export class Bodies {
  /** The least recently used key first, and of each key the oldest body. */
  readonly #keys = new Map<string, Kept[]>()
  readonly #limit: number
  readonly #perKey: number
  /** The bytes that are kept. */
  bytes = 0

  constructor(limit: number, perKey: number) {
    this.#limit = limit
    this.#perKey = perKey
  }

  /** The body of `key` with this digest. */
  find(key: string, digest: string): Uint8Array | undefined {
    const bodies = this.#keys.get(key)
    if (!bodies) return
    this.#keys.delete(key)
    this.#keys.set(key, bodies)
    return bodies.find((body) => body.digest === digest)?.bytes
  }

  /** The newest body of `key`. */
  newest(key: string): Kept | undefined {
    return this.#keys.get(key)?.at(-1)
  }

  /** Keeps `body` as the newest of `key`. */
  keep(key: string, body: Kept): void {
    if (costOf(body) > this.#limit || this.#perKey < 1) return
    const before = this.#keys.get(key) ?? []
    this.#keys.delete(key)
    const bodies = [...before.filter(({ digest }) => digest !== body.digest), body].slice(-this.#perKey)
    this.#keys.set(key, bodies)
    this.bytes += sum(bodies) - sum(before)
    while (this.bytes > this.#limit) {
      const [[oldest, others]] = this.#keys as Iterable<[string, Kept[]]> as [[string, Kept[]]]
      if (oldest !== key) {
        this.#keys.delete(oldest)
        this.bytes -= sum(others)
      } else {
        this.bytes -= costOf(others.shift()!)
      }
    }
  }
}

function sum(bodies: Kept[]): number {
  return bodies.reduce((bytes, body) => bytes + costOf(body), 0)
}
