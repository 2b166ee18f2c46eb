// Writes a delta as edits, for `whippet/json/delta`. docs/wire.md describes the format; pkg/src/json/delta/applyEdits.ts reads
// it, and crates/delta/src/edits.rs writes the same bytes.

/** The window whose equality begins a copy. */
const BLOCK = 32
/** The factor of the rolling hash. */
const FACTOR = 0x01cc9e2d
/** FACTOR to the power of BLOCK: what a byte that leaves the window counts. */
let leaving = 1
for (let i = 0; i < BLOCK; i++) leaving = Math.imul(leaving, FACTOR)

/** The delta from `old` to `now`. Takes time in the order of their lengths. */
export function writeEdits(old: Uint8Array, now: Uint8Array): Uint8Array {
  const out = new Writer(now)
  let prefix = 0
  while (prefix < old.length && old[prefix] === now[prefix]) prefix++
  let end = now.length
  let oldEnd = old.length
  while (end > prefix && oldEnd > prefix && now[end - 1] === old[oldEnd - 1]) {
    end--
    oldEnd--
  }
  out.copy(0, prefix)
  between(out, old, now, prefix, end)
  out.copy(oldEnd, now.length - end)
  return out.bytes.subarray(0, out.length)
}

/** Writes the edits of the bytes of `now` from `begin` to `end`. */
function between(out: Writer, old: Uint8Array, now: Uint8Array, begin: number, end: number): void {
  // What is inserted begins here.
  let pending = begin
  if (end - begin >= BLOCK) {
    const bits = Math.max(4, Math.min(20, 33 - Math.clz32(old.length / BLOCK)))
    const place = (hash: number) => Math.imul(hash, 0x9e3779b1) >>> (32 - bits)
    // Of blocks that share a place the first counts, so a search compares once.
    const table = new Uint32Array(1 << bits)
    for (let at = 0; at + BLOCK <= old.length; at += BLOCK) table[place(hashOf(old, at))] ||= at + 1
    let at = begin
    let hash = hashOf(now, at)
    for (;;) {
      const found = table[place(hash)]! - 1
      let length = 0
      if (found >= 0)
        while (at + length < end && found + length < old.length && old[found + length] === now[at + length]) length++
      if (length >= BLOCK) {
        let back = 0
        while (at - back > pending && found > back && old[found - back - 1] === now[at - back - 1]) back++
        out.insert(pending, at - back)
        out.copy(found - back, back + length)
        pending = at += length
        if (at + BLOCK > end) break
        hash = hashOf(now, at)
      } else {
        if (at + BLOCK >= end) break
        hash = (Math.imul(hash, FACTOR) + now[at + BLOCK]! + 1 - Math.imul(leaving, now[at]! + 1)) | 0
        at++
      }
    }
  }
  out.insert(pending, end)
}

function hashOf(bytes: Uint8Array, at: number): number {
  let hash = 0
  for (let i = at; i < at + BLOCK; i++) hash = (Math.imul(hash, FACTOR) + bytes[i]! + 1) | 0
  return hash
}

class Writer {
  bytes = new Uint8Array(256)
  length = 0
  readonly #now: Uint8Array
  /** Where the last copy ended in the old body. */
  #end = 0

  constructor(now: Uint8Array) {
    this.#now = now
    this.#number(now.length)
  }

  insert(from: number, to: number): void {
    if (from === to) return
    this.#number((to - from) * 2)
    this.#room(to - from)
    this.bytes.set(this.#now.subarray(from, to), this.length)
    this.length += to - from
  }

  copy(from: number, count: number): void {
    if (count === 0) return
    this.#number(count * 2 + 1)
    const shift = from - this.#end
    this.#number(shift < 0 ? -2 * shift - 1 : 2 * shift)
    this.#end = from + count
  }

  #number(value: number): void {
    this.#room(5)
    while (value >= 0x80) {
      this.bytes[this.length++] = (value & 0x7f) | 0x80
      value = Math.floor(value / 0x80)
    }
    this.bytes[this.length++] = value
  }

  #room(count: number): void {
    if (this.length + count <= this.bytes.length) return
    const bytes = new Uint8Array(2 * (this.length + count))
    bytes.set(this.bytes)
    this.bytes = bytes
  }
}
