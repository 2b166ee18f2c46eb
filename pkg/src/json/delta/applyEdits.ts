// Reads a delta of edits. docs/wire.md describes the format.

/** In the same words for each fault, as nobody reads them: who catches it fetches the whole body. */
const misfit = () => new RangeError('No such edits are allowed')

/**
 * The body that `delta` makes of `old`. Throws a `RangeError` if the delta does not fit, or makes more than `limit` bytes. Each edit
 * takes a byte at least and makes one, so it ends.
 */
export function applyEdits(old: Uint8Array, delta: Uint8Array, limit: number): Uint8Array<ArrayBuffer> {
  let at = 0
  const number = () => {
    let value = 0
    for (let factor = 1; factor <= 0x80 ** 4; factor *= 0x80) {
      const byte = delta[at++]
      if (byte === undefined) break
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
    }
    throw misfit()
  }
  const length = number()
  if (length > limit) throw misfit()
  const body = new Uint8Array(length)
  let made = 0
  let end = 0
  while (at < delta.length) {
    const word = number()
    const count = Math.floor(word / 2)
    if (count === 0 || count > length - made) throw misfit()
    let source = delta
    let from = at
    if (word % 2) {
      const shift = number()
      from = end + (shift % 2 ? -(shift + 1) / 2 : shift / 2)
      end = from + count
      source = old
    } else at += count
    if (from < 0 || from + count > source.length) throw misfit()
    body.set(source.subarray(from, from + count), made)
    made += count
  }
  if (made < length) throw misfit()
  return body
}
