// Key parts and the numbers that stand for them in the engine's index.
import { KEY_LENGTH } from '../boundary/query.js'
import { hashedPart } from './keys.js'
import type { QueryKey } from './types.js'

/** What of a key the index knows. */
export interface Indexed {
  /** How many of its first parts, now in the buffer. */
  length: number
  /** Whether that is all of them. */
  whole: boolean
}

/** Objects are compared property by property, and have no number. */
function hasNumber(part: unknown): boolean {
  return part === null || typeof part !== 'object'
}

/** Gives numbers to the parts of keys that their hash has as primitives, and takes them back when no key needs them. */
export class Parts {
  #numbers = new Map<unknown, number>()
  #parts: unknown[] = []
  #free: number[] = []

  /** Writes a new key's leading parts into the buffer; gives how many. */
  write(key: QueryKey, buffer: Uint32Array): number {
    // A key that is no array has no parts: it is found by its hash alone.
    const length = Array.isArray(key) ? Math.min(key.length, KEY_LENGTH) : 0
    let i = 0
    for (; i < length; i++) {
      const part = hashedPart(key[i])
      if (!hasNumber(part)) break
      buffer[i] = this.#number(part)
    }
    return i
  }

  /** Writes the leading parts of a key that is looked for; `undefined` where some part is in no key. */
  read(key: QueryKey, buffer: Uint32Array): Indexed | undefined {
    if (!Array.isArray(key)) return undefined
    const length = Math.min(key.length, KEY_LENGTH)
    let i = 0
    for (; i < length; i++) {
      const part = hashedPart(key[i])
      if (!hasNumber(part)) break
      const number = this.#numbers.get(part)
      if (number === undefined) return undefined
      buffer[i] = number
    }
    return { length: i, whole: i === key.length }
  }

  /** No key has the part of this number any more. */
  release(number: number): void {
    this.#numbers.delete(this.#parts[number])
    this.#parts[number] = undefined
    this.#free.push(number)
  }

  #number(part: unknown): number {
    let number = this.#numbers.get(part)
    if (number === undefined) {
      number = this.#free.pop() ?? this.#parts.length
      this.#numbers.set(part, number)
      this.#parts[number] = part
    }
    return number
  }
}
