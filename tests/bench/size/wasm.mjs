// What a wasm module is made of: its sections, and the functions of the code section by name. By the binary format of the
// WebAssembly specification: https://webassembly.github.io/spec/core/binary/modules.html

const SECTIONS = [
  'custom',
  'types',
  'imports',
  'functions',
  'tables',
  'memory',
  'globals',
  'exports',
  'start',
  'elements',
  'code',
  'data',
  'data count',
  'tags',
]
const [CUSTOM, IMPORTS, CODE] = [0, 2, 10]
/** Kinds of imports. */
const FUNCTION = 0
/** The subsection of the section `name` that names functions. */
const FUNCTION_NAMES = 1

/** What a module is made of: `{ name, bytes }` of each function and each section. Functions are called as in `names`, by
 * index. Together they are the module without its custom sections, which are not shipped. */
export function partsOf(wasm, names) {
  const parts = []
  let imported = 0
  let functions = []
  let total = 8
  for (const { id, start, body, end } of sectionsOf(wasm)) {
    if (id === CUSTOM) continue
    total += end - start
    if (id === IMPORTS) imported = countImportedFunctions(wasm, body)
    if (id === CODE) functions = bodiesOf(wasm, body)
    else parts.push({ name: `(${SECTIONS[id] ?? `section ${id}`})`, bytes: end - start })
  }
  const code = functions.map((bytes, at) => ({ name: names.get(imported + at) ?? `function ${imported + at}`, bytes }))
  const known = [...parts, ...code].reduce((sum, { bytes }) => sum + bytes, 0)
  return { total, parts: [...code, ...parts, { name: '(magic number, lengths)', bytes: total - known }] }
}

/** The names of a module's functions, by index, from its section `name`. */
export function namesOf(wasm) {
  const names = new Map()
  for (const { id, body, end } of sectionsOf(wasm)) if (id === CUSTOM) readNames(wasm, body, end, names)
  return names
}

/** The length of the code section, by which two builds of a module are told to be the same. */
export const codeLength = (wasm) => {
  const code = sectionsOf(wasm).find(({ id }) => id === CODE)
  return code ? code.end - code.body : 0
}

function sectionsOf(wasm) {
  const sections = []
  let at = 8
  while (at < wasm.length) {
    const start = at
    const id = wasm[at++]
    const [length, body] = number(wasm, at)
    at = body + length
    sections.push({ id, start, body, end: at })
  }
  return sections
}

/** LEB128, unsigned. Returns the number and where it ends. */
function number(wasm, at) {
  let value = 0
  for (let shift = 0; ; shift += 7) {
    const byte = wasm[at++]
    value += (byte & 127) * 2 ** shift
    if (byte < 128) return [value, at]
  }
}

function text(wasm, at) {
  const [length, start] = number(wasm, at)
  return [new TextDecoder().decode(wasm.subarray(start, start + length)), start + length]
}

/** The bytes of each function's body, its length included. */
function bodiesOf(wasm, at) {
  let [count, next] = number(wasm, at)
  const bodies = []
  while (count--) {
    const [length, body] = number(wasm, next)
    bodies.push(body + length - next)
    next = body + length
  }
  return bodies
}

/** Imports that are no functions are followed by limits or types of a few bytes; our modules have functions alone. */
function countImportedFunctions(wasm, at) {
  const [count, first] = number(wasm, at)
  let next = first
  for (let i = 0; i < count; i++) {
    for (let part = 0; part < 2; part++) next = text(wasm, next)[1]
    const kind = wasm[next++]
    if (kind !== FUNCTION) throw new Error(`an import of kind ${kind}: only functions are expected`)
    next = number(wasm, next)[1]
  }
  return count
}

function readNames(wasm, at, end, names) {
  let [section, next] = text(wasm, at)
  if (section !== 'name') return
  while (next < end) {
    const kind = wasm[next++]
    const [length, body] = number(wasm, next)
    next = body + length
    if (kind !== FUNCTION_NAMES) continue
    let [count, item] = number(wasm, body)
    while (count--) {
      const [index, name] = number(wasm, item)
      const [value, after] = text(wasm, name)
      // Rust's own names end with a hash.
      names.set(index, value.replace(/::h[0-9a-f]{16}$/, ''))
      item = after
    }
  }
}
