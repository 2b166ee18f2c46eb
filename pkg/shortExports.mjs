// Exports of wasm have names that say what they do, such as `query_set_options`. In what is shipped they have names of
// a letter or two, in the wasm and in the JavaScript that calls them: some of the bytes that a page loads, for nothing.
import { readFile, readdir } from 'node:fs/promises'
import path from 'node:path'

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
const IMPORTS = 2
const EXPORTS = 7
/** The kinds of imports that a module's part has. */
const [FUNCTION, TABLE, MEMORY, GLOBAL] = [0, 1, 2, 3]

/** By an export's name, its short one: the same in every module of `folder` that exports it, and no other's in any of them. */
export async function shortNames(folder) {
  const modules = []
  for (const name of (await readdir(folder)).sort()) {
    const bytes = await readFile(path.join(folder, name, 'whippet_npm_bg.wasm'))
    modules.push(own(bytes))
  }
  const short = {}
  for (const names of modules) {
    for (const name of names) {
      if (name in short) continue
      const among = modules.filter((names) => names.includes(name)).flat()
      const taken = new Set(among.map((other) => short[other]))
      for (let i = 0; !short[name]; i++) if (!taken.has(word(i))) short[name] = word(i)
    }
  }
  return short
}

/** The exports that bear a name of ours. `memory` is a property that others have too. */
function own(bytes) {
  const names = WebAssembly.Module.exports(new WebAssembly.Module(bytes)).map(({ name }) => name)
  return names.filter((name) => /^[a-z]+_/.test(name)).sort()
}

/** `a`, `b`, … `Z`, `aa`, `ab`, … */
function word(i) {
  const { length } = LETTERS
  return i < length ? LETTERS[i] : LETTERS[Math.floor(i / length) - 1] + LETTERS[i % length]
}

/** The module with short names; also of what it imports from a module that is named so. */
export function renameExports(bytes, short) {
  const sections = []
  let at = 8
  while (at < bytes.length) {
    const start = at
    const id = bytes[at++]
    const size = number()
    const end = at + size
    if (id === EXPORTS) sections.push(section(id, entries(exported)))
    else if (id === IMPORTS) sections.push(section(id, entries(imported)))
    else sections.push(bytes.subarray(start, end))
    at = end
  }
  return Buffer.concat([bytes.subarray(0, 8), ...sections])

  /** LEB128. */
  function number() {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]
      value |= (byte & 127) << shift
      if (byte < 128) return value
    }
  }

  function entries(entry) {
    const count = number()
    const parts = [leb(count)]
    for (let i = 0; i < count; i++) parts.push(...entry())
    return Buffer.concat(parts)
  }

  function exported() {
    const parts = text(true)
    const about = at
    at++ // its kind
    number() // its index
    return [...parts, bytes.subarray(about, at)]
  }

  function imported() {
    const parts = [...text(false), ...text(true)]
    const about = at
    const kind = bytes[at++]
    if (kind === FUNCTION) number()
    else if (kind === GLOBAL) at += 2
    else if (kind === MEMORY) limits()
    else throw new Error(`an import of kind ${kind}${kind === TABLE ? ', a table' : ''}: it is not expected`)
    return [...parts, bytes.subarray(about, at)]
  }

  function limits() {
    const hasMost = bytes[at++] & 1
    number()
    if (hasMost) number()
  }

  /** A name with its length, shortened or as it is. */
  function text(shortens) {
    const length = number()
    const name = bytes.toString('utf8', at, at + length)
    at += length
    const kept = Buffer.from(shortens ? (short[name] ?? name) : name)
    return [leb(kept.length), kept]
  }
}

function section(id, content) {
  return Buffer.concat([Buffer.of(id), leb(content.length), content])
}

function leb(value) {
  const bytes = []
  for (; value > 127; value >>>= 7) bytes.push((value & 127) | 128)
  return Buffer.from([...bytes, value])
}
