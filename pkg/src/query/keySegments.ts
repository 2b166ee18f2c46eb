// Numbers for key segments. The engine's index knows keys as lists of these.
import { KEY_LENGTH } from '../boundary/query.js'
import { hashedSegment } from './hashKey.js'
import type { QueryKey } from './types.js'

/** The segments of a key that the index can look up. */
export interface IndexedPrefix {
  /** How many; they are in the buffer. */
  length: number
  /** Whether these are all segments of the key. */
  whole: boolean
}

/** Objects match by their properties, so they have no number. */
function isIndexable(segment: unknown): boolean {
  return segment === null || typeof segment !== 'object'
}

/** Assigns a number to each segment that is a primitive in the hash, until no key has that segment. */
export class KeySegments {
  #numbers = new Map<unknown, number>()
  #segments: unknown[] = []
  #free: number[] = []

  /** Writes the indexable prefix of a new key into the buffer. Returns its length. */
  write(key: QueryKey, buffer: Uint32Array): number {
    // A key that is not an array, as JavaScript callers may pass, is found by its hash only.
    const length = Array.isArray(key) ? Math.min(key.length, KEY_LENGTH) : 0
    let i = 0
    for (; i < length; i++) {
      const segment = hashedSegment(key[i])
      if (!isIndexable(segment)) break
      buffer[i] = this.#number(segment)
    }
    return i
  }

  /** Writes the indexable prefix of a search key into the buffer; `undefined` if no key has one of its segments. */
  read(key: QueryKey, buffer: Uint32Array): IndexedPrefix | undefined {
    if (!Array.isArray(key)) return undefined
    const length = Math.min(key.length, KEY_LENGTH)
    let i = 0
    for (; i < length; i++) {
      const segment = hashedSegment(key[i])
      if (!isIndexable(segment)) break
      const number = this.#numbers.get(segment)
      if (number === undefined) return undefined
      buffer[i] = number
    }
    return { length: i, whole: i === key.length }
  }

  /** No key has this segment any more. */
  release(number: number): void {
    this.#numbers.delete(this.#segments[number])
    this.#segments[number] = undefined
    this.#free.push(number)
  }

  #number(segment: unknown): number {
    let number = this.#numbers.get(segment)
    if (number === undefined) {
      number = this.#free.pop() ?? this.#segments.length
      this.#numbers.set(segment, number)
      this.#segments[number] = segment
    }
    return number
  }
}
