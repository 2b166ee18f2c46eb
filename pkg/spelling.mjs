// Bytes as printable text that compresses better than hex: to 3 % more than the bytes themselves, where hex is 9 % more. A byte
// up to 87 is one character, another one two. Reading it takes longer than hex, of which browsers make bytes themselves: it is
// for modules that no page waits for.

/** Printable ASCII, without what JavaScript escapes in a string. */
const ALPHABET = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).filter(
  (character) => !/["'`\\]/.test(character),
)
/** How many bytes are one character. The other characters begin two. */
const SINGLE = 88

export function spell(bytes) {
  const letters = (byte) =>
    byte < SINGLE ? ALPHABET[byte] : ALPHABET[SINGLE - 1 + Math.floor(byte / SINGLE)] + ALPHABET[byte % SINGLE]
  return Array.from(bytes, letters).join('')
}

/** The other way round, as the package has it. */
function read(text) {
  const values = {}
  let count = 0
  for (let code = 32; code < 127; code++) if (!/["'`\\]/.test(String.fromCharCode(code))) values[code] = count++
  const bytes = []
  for (let at = 0; at < text.length;) {
    const value = values[text.charCodeAt(at++)]
    bytes.push(value < 88 ? value : (value - 87) * 88 + values[text.charCodeAt(at++)])
  }
  return new Uint8Array(bytes)
}

/** A module whose default export gives the compiled module of `bytes`, or what was provided instead. */
export function spelledModule(bytes) {
  const text = spell(bytes)
  if (!Buffer.from(read(text)).equals(bytes)) throw new Error('spelling: what is read is not what was spelled')
  return `${read}
let source
export default () => (source ??= new WebAssembly.Module(read('${text}')))
export const provide = (module) => { source = module }
`
}
