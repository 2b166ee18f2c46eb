// Makes the next value from the previous one by a patch of the engine. crates/engine/src/json/patch.rs describes patches.
import { ARRAY, BLOCK, CLONE, KIND_BITS, KIND_MASK, OLD, SLOT } from '../boundary/json.js'

type Members = Record<string, unknown>

/** A block that is being carried out. */
interface Frame {
  /** The index of the next word, and of the one after the last. */
  at: number
  end: number
  array: boolean
  /** The old object or array, and the new one. */
  source: any
  target: any
  /** The name in `target` of the value that an inner block makes. */
  name: string
}

/**
 * Carries out `program`. `parsed` is the parsed text of the patch: the names, then the slots. It does not change
 * `previous`.
 */
export function applyPatch(program: Uint32Array, [names, ...slots]: [string[], ...unknown[]], previous: unknown): unknown {
  // A stack instead of recursion, as values may be nested to any depth.
  const frames: Frame[] = []
  let frame = begin(program, program[0]!, slots, previous)
  for (;;) {
    const { array, source, target, end } = frame
    let inner: Frame | undefined
    while (frame.at < end && !inner) {
      const name = array ? '' : names[program[frame.at++]!]!
      const word = program[frame.at++]!
      const number = word >>> KIND_BITS
      const kind = word & KIND_MASK
      if (kind === BLOCK) {
        inner = begin(program, number, slots, array ? source[program[frame.at++]!] : source[name])
        frame.name = name
      } else if (array) {
        if (kind === SLOT) target.push(slots[number])
        else for (let i = number, to = program[frame.at++]!; i < to; i++) target.push(source[i])
      } else {
        put(target, name, kind === OLD ? source[name] : slots[number])
      }
    }
    if (inner) {
      frames.push(frame)
      frame = inner
      continue
    }
    const outer = frames.pop()
    if (!outer) return target
    if (outer.array) outer.target.push(target)
    else put(outer.target, outer.name, target)
    frame = outer
  }
}

function begin(program: Uint32Array, block: number, slots: unknown[], source: any): Frame {
  const kind = program[block]
  const count = program[block + 1]!
  let at = block + 2
  if (kind === ARRAY) {
    const target: unknown[] = []
    const end = at + count
    // An `OLD` with the number 0 is a range from the first element on. `slice` is faster than copying one by one.
    if (count > 0 && program[at] === OLD) {
      return { at: at + 2, end, array: true, source, target: source.slice(0, program[at + 1]), name: '' }
    }
    return { at, end, array: true, source, target, name: '' }
  }
  const target = kind === CLONE ? { ...source } : slots[program[at++]!]
  return { at, end: at + count * 2, array: false, source, target, name: '' }
}

/** Sets a member as `JSON.parse` does: `__proto__` is a name like any other. */
function put(target: Members, name: string, value: unknown): void {
  if (name === '__proto__') {
    Object.defineProperty(target, name, { value, configurable: true, enumerable: true, writable: true })
  } else {
    target[name] = value
  }
}
