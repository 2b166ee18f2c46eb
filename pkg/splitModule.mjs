// Splits a linked wasm module in two, so that a page loads the code of a feature only if it has the feature. Compiled on
// its own, the feature's module would repeat the allocator, the slab and the heap; this one imports them from the first.
//
//     node pkg/splitModule.mjs MODULE PREFIX PART
//
// The exports of MODULE whose names begin with PREFIX, and the functions that only they call, go from MODULE into PART. It imports
// the memory of MODULE, and of its functions and globals those that it needs: MODULE exports them as `shared_0`, `shared_1` and
// so on. The data stays in MODULE: it is one memory.
import binaryen from 'binaryen'
import { readFile, writeFile } from 'node:fs/promises'

const [file, prefix, partFile] = process.argv.slice(2)
/** A name in the text format. */
const NAME = String.raw`\$(?:"(?:[^"\\]|\\.)*"|[^\s()]+)`

const { features, text } = read(await readFile(file))
const { whole, part } = split(topLevel(text))
binaryen.setDebugInfo(true)
await writeFile(file, binaryOf(whole))
await writeFile(partFile, binaryOf(part))

function split(forms) {
  const isFeature = (form) => exported(form)?.startsWith(prefix)
  const functions = new Map(forms.filter((form) => kind(form) === 'func').map((form) => [nameOf(form), form]))
  const roots = forms.filter((form) => kind(form) !== 'func' && !isFeature(form))
  const stays = reachable(roots, functions)
  const moved = [...functions].filter(([name]) => !stays.has(name)).map(([, form]) => form)
  const exportsOfPart = forms.filter(isFeature)
  if (!exportsOfPart.length) throw new Error(`${file}: no export begins with ${prefix}`)
  for (const form of exportsOfPart) {
    if (stays.has(mentioned(form)[0])) throw new Error(`${file}: something else needs ${exported(form)}`)
  }

  const needed = new Set(moved.flatMap(mentioned))
  const globals = new Map(forms.filter((form) => kind(form) === 'global').map((form) => [nameOf(form), form]))
  const shared = [...functions, ...globals].filter(([name]) => needed.has(name) && (stays.has(name) || globals.has(name)))
  const memory = forms.find((form) => kind(form) === 'memory')
  if (moved.some((form) => /\((call_indirect|table\.|ref\.func|data\.drop|memory\.init)/.test(form))) {
    throw new Error(`${file}: what begins with ${prefix} has function pointers or passive data, which this does not split`)
  }
  const exportsOfShared = shared.map(([name, form], i) => `(export "shared_${i}" (${kind(form)} ${name}))`)
  const imports = shared.map(([name, form], i) => `(import "" "shared_${i}" (${kind(form)} ${name} ${typeOf(form)}))`)
  return {
    whole: [...forms.filter((form) => !moved.includes(form) && !isFeature(form)), ...exportsOfShared],
    part: [
      ...forms.filter((form) => kind(form) === 'type' || kind(form) === 'rec'),
      `(import "" "memory" (memory ${nameOf(memory)} ${limits(memory)}))`,
      ...imports,
      ...moved,
      ...exportsOfPart,
    ],
  }
}

/** The names of functions that `roots` lead to. */
function reachable(roots, functions, found = new Set()) {
  for (const form of roots) {
    const next = mentioned(form).filter((name) => functions.has(name) && !found.has(name))
    next.forEach((name) => found.add(name))
    reachable(
      next.map((name) => functions.get(name)),
      functions,
      found,
    )
  }
  return found
}

function read(bytes) {
  const module = binaryen.readBinary(bytes)
  return { features: module.getFeatures(), text: module.emitText() }
}

function binaryOf(forms) {
  const module = binaryen.parseText(`(module\n${forms.join('\n')}\n)`)
  module.setFeatures(features | binaryen.Features.MutableGlobals)
  if (!module.validate()) throw new Error(`${file}: the parts are no valid modules`)
  return module.emitBinary()
}

/** The forms directly inside `(module …)`. */
function topLevel(text) {
  const forms = []
  let depth = 0
  let start = 0
  // A parenthesis inside a string or a comment is none.
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|;;[^\n]*|\(;[^]*?;\)|[()]/g)) {
    if (token === '(' && ++depth === 2) start = index
    if (token === ')' && --depth === 1) forms.push(text.slice(start, index + 1))
  }
  return forms
}

function kind(form) {
  return /^\((\w+)/.exec(form)[1]
}

/** What a form defines. */
function nameOf(form) {
  return new RegExp(`^\\(\\w+ (${NAME})`).exec(form)?.[1]
}

/** The name that it exports. */
function exported(form) {
  return /^\(export "([^"]+)"/.exec(form)?.[1]
}

/** The functions and globals that a form names, apart from what it defines. */
function mentioned(form) {
  const uses = new RegExp(`\\((?:call|return_call|ref\\.func|func|global\\.get|global\\.set) (${NAME})`, 'g')
  const elements = kind(form) === 'elem' ? [...form.matchAll(new RegExp(NAME, 'g'))].map(([name]) => name) : []
  const names = [...form.matchAll(uses)].map(([, name]) => name)
  return kind(form) === 'func' ? names.slice(1) : [...names, ...elements]
}

/** The type of a function or a global, as an import gives it. */
function typeOf(form) {
  if (kind(form) === 'global') return /^\(global \S+ (\(mut \w+\)|\w+)/.exec(form)[1]
  const header = new RegExp(`^\\(func ${NAME}((?:\\s*\\((?:type|param|result)[^()]*\\))*)`).exec(form)[1]
  return header.replace(new RegExp(`\\(param ${NAME} `, 'g'), '(param ')
}

/** Of a memory, in pages. The part does not ask how far it may grow. */
function limits(memory) {
  return /(\d+)(?: \d+)?\)$/.exec(memory)[1]
}
