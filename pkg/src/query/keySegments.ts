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

/** Assigns a number to each segment that is a primitive in the hash, until no key has that segment. */
export class KeySegments {
  #numbers = new Map<unknown, number>()
  #segments: unknown[] = []
  #free: number[] = []

  /**
   * Writes the indexable prefix of a key into the buffer. Unless the segments are to be added, `undefined` where no key has one
   * of them.
   */
  write(key: QueryKey, buffer: Uint32Array, add: boolean): IndexedPrefix | undefined {
    // A key that is not an array, as JavaScript callers may pass, is found by its hash only.
    const length = Array.isArray(key) ? Math.min(key.length, KEY_LENGTH) : 0
    let i = 0
    for (; i < length; i++) {
      const segment = hashedSegment(key[i])
      // Objects match by their properties, so they have no number.
      if (typeof segment === 'object' && segment !== null) break
      let number = this.#numbers.get(segment)
      if (number === undefined) {
        if (!add) return undefined
        number = this.#free.pop() ?? this.#segments.length
        this.#numbers.set(segment, number)
        this.#segments[number] = segment
      }
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
}
