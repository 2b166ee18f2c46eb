// Key parts and the numbers that stand for them in the engine's index.
import { hashedSegment } from './hashKey.js'
import type { QueryKey } from './types.js'

/** The index knows at most so many parts of a key; what is beyond is compared. */
const MAX_SEGMENTS = 32

/** What of a key the index knows. */
export interface IndexedPrefix {
  /** How many of its first parts, now in the buffer. */
  length: number
  /** Whether that is all of them. */
  whole: boolean
}

/** Objects are compared property by property, and have no number. */
function isIndexable(segment: unknown): boolean {
  return segment === null || typeof segment !== 'object'
}

/** Gives numbers to the parts of keys that their hash has as primitives, and takes them back when no key needs them. */
export class KeySegments {
  #numbers = new Map<unknown, number>()
  #segments: unknown[] = []
  #free: number[] = []

  /** Writes a new key's leading parts into the buffer; gives how many. */
  write(key: QueryKey, buffer: Uint32Array): number {
    // A key that is no array has no parts: it is found by its hash alone.
    const length = Array.isArray(key) ? Math.min(key.length, MAX_SEGMENTS) : 0
    let i = 0
    for (; i < length; i++) {
      const segment = hashedSegment(key[i])
      if (!isIndexable(segment)) break
      buffer[i] = this.#number(segment)
    }
    return i
  }

  /** Writes the leading parts of a key that is looked for; `undefined` where some segment is in no key. */
  read(key: QueryKey, buffer: Uint32Array): IndexedPrefix | undefined {
    if (!Array.isArray(key)) return undefined
    const length = Math.min(key.length, MAX_SEGMENTS)
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

  /** No key has the segment of this number any more. */
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
