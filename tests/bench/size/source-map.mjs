// Which bytes of a bundle come from which source file, by its source map (ECMA-426).

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** What the bundler adds itself. */
export const BUNDLER = '(bundler)'

/** The text that each source file has in the bundle: a `Map` from its path to that text. Together they are the bundle. */
export function textsOf(bundle, { mappings, sources }) {
  const texts = new Map()
  const add = (source, text) => text && texts.set(source, (texts.get(source) ?? '') + text)
  const lines = bundle.split('\n')
  let source = 0
  mappings.split(';').forEach((line, index) => {
    const text = lines[index] + (index + 1 < lines.length ? '\n' : '')
    let column = 0
    let from = 0
    let owner = BUNDLER
    for (const segment of line ? line.split(',') : []) {
      const [columns, sourceStep] = decode(segment)
      column += columns
      add(owner, text.slice(from, column))
      from = column
      source += sourceStep ?? 0
      owner = sourceStep === undefined ? BUNDLER : sources[source]
    }
    add(owner, text.slice(from))
  })
  for (const rest of lines.slice(mappings.split(';').length)) add(BUNDLER, `${rest}\n`)
  return texts
}

/** The numbers of a segment: base 64 digits of five bits, the least first, the sixth says that more follow. */
function decode(segment) {
  const numbers = []
  let value = 0
  let shift = 0
  for (const letter of segment) {
    const digit = DIGITS.indexOf(letter)
    value |= (digit & 31) << shift
    shift += 5
    if (digit & 32) continue
    numbers.push(value & 1 ? -(value >> 1) : value >> 1)
    value = shift = 0
  }
  return numbers
}
