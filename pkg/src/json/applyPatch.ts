// Makes the next value from the previous one by a patch of the engine. crates/engine/src/json/patch.rs describes patches.
import { ARRAY, BLOCK, CLONE, KIND_BITS, KIND_MASK, OLD } from '../boundary/json.js'

/** A block that is being carried out. */
interface Frame {
  /** The index of the next word, and of the one after the last. */
  at: number
  end: number
  array: boolean
  /** The old object or array, and the new one. An array is a copy of the old one until its elements are put in. */
  source: any
  target: any
  /** In an array: the index of the next element. */
  index: number
  /** In an object: the name of the member that is being made. */
  name: string
}

/**
 * Carries out `program`. `parsed` is the parsed text of the patch: the names, then the slots. It does not change
 * `previous`.
 */
export function applyPatch(program: Uint32Array, parsed: unknown[], previous: unknown): unknown {
  // A stack instead of recursion, as values may be nested to any depth.
  const frames: Frame[] = []
  const slot = (number: number) => parsed[number + 1]
  let at = program[0]!
  const begin = (source: any): Frame => {
    const kind = program[at++]
    const count = program[at++]!
    const array = kind === ARRAY
    const target = array ? source.slice() : kind === CLONE ? { ...source } : slot(program[at++]!)
    return { at, end: at + (array ? count : count * 2), array, source, target, index: 0, name: '' }
  }
  let frame = begin(previous)
  for (;;) {
    const { array, source, target } = frame
    if (frame.at < frame.end) {
      if (!array) frame.name = (parsed[0] as string[])[program[frame.at++]!]!
      const word = program[frame.at++]!
      const number = word >>> KIND_BITS
      const kind = word & KIND_MASK
      if (kind === BLOCK) {
        frames.push(frame)
        at = number
        frame = begin(source[array ? program[frame.at++]! : frame.name])
      } else if (array && kind === OLD) {
        const to = program[frame.at++]!
        let { index } = frame
        if (index === number) index = to
        else for (let i = number; i < to; i++) target[index++] = source[i]
        frame.index = index
      } else {
        put(frame, kind === OLD ? source[frame.name] : slot(number))
      }
    } else {
      if (array) target.length = frame.index
      const outer = frames.pop()
      if (!outer) return target
      put((frame = outer), target)
    }
  }
}

/** Adds an element, or sets a member as `JSON.parse` does: `__proto__` is a name like any other. */
function put(frame: Frame, value: unknown): void {
  const { target, name } = frame
  if (frame.array) target[frame.index++] = value
  else if (name === '__proto__') {
    Object.defineProperty(target, name, { value, configurable: true, enumerable: true, writable: true })
  } else target[name] = value
}
