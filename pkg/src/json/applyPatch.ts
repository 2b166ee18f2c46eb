// Makes the next value of the previous one, as the engine's patch says: see crates/engine/src/json/patch.rs.

// How blocks begin.
const CLONE = 0
const ARRAY = 2
// What a word stands for: its lower two bits.
const SLOT = 0
const BLOCK = 1
const RUN = 2

type Members = Record<string, unknown>

/** A container in the making. */
interface Frame {
  /** The next word, and the one after the last. */
  at: number
  end: number
  array: boolean
  /** What it is made of. */
  source: any
  target: any
  /** Under which name the one that is made within it goes. */
  name: string
}

/**
 * Carries out `program`. `parsed` is what the engine's slices say: the names, and then the slots. Nothing of
 * `previous` is changed.
 */
export function applyPatch(program: Uint32Array, [names, ...slots]: [string[], ...unknown[]], previous: unknown): unknown {
  // A list instead of recursion: a value may be as deep as it likes.
  const frames: Frame[] = []
  let frame = begin(program, program[0]!, slots, previous)
  for (;;) {
    const { array, source, target, end } = frame
    let inner: Frame | undefined
    while (frame.at < end && !inner) {
      const name = array ? '' : names[program[frame.at++]!]!
      const word = program[frame.at++]!
      const number = word >>> 2
      const kind = word & 3
      if (kind === BLOCK) {
        inner = begin(program, number, slots, array ? source[program[frame.at++]!] : source[name])
        frame.name = name
      } else if (array) {
        if (kind === SLOT) target.push(slots[number])
        else for (let i = number, to = program[frame.at++]!; i < to; i++) target.push(source[i])
      } else {
        put(target, name, kind === RUN ? source[name] : slots[number])
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
    if (count > 0 && program[at] === RUN) {
      // A copy of the beginning is quicker than its elements one by one.
      return { at: at + 2, end, array: true, source, target: source.slice(0, program[at + 1]), name: '' }
    }
    return { at, end, array: true, source, target, name: '' }
  }
  const target = kind === CLONE ? { ...source } : slots[program[at++]!]
  return { at, end: at + count * 2, array: false, source, target, name: '' }
}

/** Writes a member as JSON does: `__proto__` is a name like any other. */
function put(target: Members, name: string, value: unknown): void {
  if (name === '__proto__') {
    Object.defineProperty(target, name, { value, configurable: true, enumerable: true, writable: true })
  } else {
    target[name] = value
  }
}
