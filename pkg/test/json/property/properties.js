// What must hold for every pair of texts. Each property runs in Node and in Chromium, throws where it does not hold,
// with what it takes to see it again, and gives figures: one that never saw anything shared has shown nothing.
import { parseJsonSync } from 'whippet/json'
import { EDITS, damaged, edited, tree, write } from './documents.js'
import { TEXTS, deepTexts } from './edges.js'
import { identity } from './identity.js'
import { chance } from './random.js'
import { deepFreeze, difference } from './same.js'
import { parsing, patient } from './subject.js'

const utf8 = new TextEncoder()
const bytesOf = (text) => (typeof text === 'string' ? utf8.encode(text) : text)
const parse = (bytes) => JSON.parse(new TextDecoder().decode(bytes))

function expected(bytes) {
  try {
    return { value: parse(bytes) }
  } catch (error) {
    return { error }
  }
}

/** Two texts from shortly before where they part. */
function shown(before, after) {
  let parted = 0
  while (parted < after.length && before?.[parted] === after[parted]) parted++
  const start = Math.max(0, parted - 200)
  const cut = (bytes) => JSON.stringify(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(start, parted + 400)))
  return `\n  from byte ${start} on\n  before: ${before && cut(before)}\n  after:  ${cut(after)}`
}

/** Takes body after body; each must be what `JSON.parse` makes of it, and keep what the rule of identity says. */
class Checked {
  before = undefined
  figures = { bodies: 0, kept: 0, rejected: 0 }

  constructor(what, subject = parsing()) {
    this.what = what
    this.subject = subject
  }

  async take(bytes, chunks = [bytes]) {
    this.figures.bodies++
    const { before } = this
    const fail = (why) => {
      throw new Error(`${this.what}: ${why}${shown(before?.bytes, bytes)}`)
    }
    const wanted = expected(bytes)
    let value
    try {
      value = await this.subject.take(...chunks)
    } catch (error) {
      if (!wanted.error) fail(`rejected with ${error}`)
      if (!(error instanceof SyntaxError)) fail(`rejected with ${error}, not a SyntaxError`)
      const at = Number(/\(byte (\d+), line \d+, column \d+\)$/.exec(error.message)?.[1])
      if (!(at <= bytes.length)) fail(`does not say where: ${error.message}`)
      this.figures.rejected++
      if (before && this.subject.value !== before.value) fail('the value before is gone')
      this.#expectUntouched(fail)
      return
    }
    if (wanted.error) fail(`accepted what JSON.parse does not: ${wanted.error.message}`)
    const where = difference(value, wanted.value)
    if (where !== undefined) fail(`differs at ${where}`)
    this.#expectUntouched(fail)
    if (before) {
      const { kept, lost } = identity(before, { bytes, value })
      if (lost.length > 0) fail(`not the object that it was: ${lost.slice(0, 5).join(', ')}`)
      this.figures.kept += kept
    }
    this.before = { bytes, value: deepFreeze(value), wanted: wanted.value }
  }

  /** The previous value is frozen, so most writes throw; and it still says what its bytes say. */
  #expectUntouched(fail) {
    const { before } = this
    const where = before && difference(before.value, before.wanted)
    if (where !== undefined) fail(`the value before was changed at ${where}`)
  }
}

/** Random documents, each edited again and again. */
export async function randomEdits(seed, rounds, begin = parsing) {
  const all = { bodies: 0, kept: 0, rejected: 0 }
  for (let i = 0; i < rounds; i++) {
    const random = chance(seed + i)
    const checked = new Checked(`seed ${seed + i}`, begin())
    let document = tree(random)
    for (let refetch = 0; refetch < 8; refetch++) {
      await checked.take(bytesOf(write(document)))
      document = edited(document, random, random.below(4))
    }
    checked.subject.end()
    sum(all, checked.figures)
  }
  return all
}

/** Each kind of edit by itself, on lists of rows. */
export async function eachEdit(seed, rounds) {
  const all = {}
  for (const [name, edit] of Object.entries(EDITS)) {
    const figures = { bodies: 0, kept: 0, rejected: 0 }
    for (let i = 0; i < rounds; i++) {
      const random = chance(seed + i)
      const checked = new Checked(`${name}, seed ${seed + i}`)
      let list = { space: '', items: Array.from({ length: 30 }, () => tree(random, 2)) }
      for (let refetch = 0; refetch < 4; refetch++) {
        await checked.take(bytesOf(write(list)))
        list = edit(list, random)
      }
      sum(figures, checked.figures)
    }
    all[name] = figures
  }
  return all
}

/** Texts that are damaged are refused exactly where JSON.parse refuses them, and the value before lives on. */
export async function damage(seed, rounds) {
  const all = { bodies: 0, kept: 0, rejected: 0 }
  for (let i = 0; i < rounds; i++) {
    const random = chance(seed + i)
    const checked = new Checked(`seed ${seed + i}`)
    let document = tree(random, 3)
    for (let refetch = 0; refetch < 4; refetch++) {
      const bytes = bytesOf(write(document))
      await checked.take(bytes)
      for (let times = 0; times < 4; times++) await checked.take(damaged(bytes, random))
      document = edited(document, random, 1)
    }
    sum(all, checked.figures)
  }
  return all
}

/** Every text of the list after every other. */
export async function everyPair() {
  const all = { bodies: 0, kept: 0, rejected: 0 }
  for (const one of TEXTS) {
    const checked = new Checked('a pair')
    for (const other of TEXTS) {
      await checked.take(bytesOf(one))
      await checked.take(bytesOf(other))
    }
    sum(all, checked.figures)
  }
  return all
}

/** A body in three chunks, cut at every pair of places, after one that is equal, shorter, longer or different. */
export async function everyCut() {
  const text = '[{"id":1,"né":"\\ud83d€"},{"id":-0.5e1},[[]],"x\\"y"]'
  const befores = [text, text.replace('1,', '12,'), text.replace('{"id":-0.5e1},', ''), `[0,${text.slice(1)}`, '{"a":[]}']
  const all = { bodies: 0, kept: 0, rejected: 0 }
  const bytes = bytesOf(text)
  for (let first = 0; first <= bytes.length; first++) {
    for (let second = first; second <= bytes.length; second++) {
      const before = befores[(first + second) % befores.length]
      const checked = new Checked(`cut at ${first} and ${second}`)
      await checked.take(bytesOf(before))
      await checked.take(bytes, [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)])
      sum(all, checked.figures)
    }
  }
  return all
}

/** The texts of the list, byte by byte. */
export async function byteByByte() {
  const checked = new Checked('byte by byte')
  for (const text of TEXTS) {
    const bytes = bytesOf(text)
    await checked.take(
      bytes,
      Array.from(bytes, (_, i) => bytes.subarray(i, i + 1)),
    )
  }
  return checked.figures
}

/** Arrays and objects in one another, a hundred thousand deep. */
export async function deep() {
  const checked = new Checked('deep')
  for (const text of deepTexts()) await checked.take(bytesOf(text))
  return checked.figures
}

/**
 * Several bodies on their way at once, in small chunks, some of them of one and the same previous value, with room
 * for but a few in the engine: what is kept or dropped must not show.
 */
export async function atOnce(seed, rounds) {
  let bodies = 0
  for (let i = 0; i < rounds; i++) {
    const random = chance(seed + i)
    const queries = Array.from({ length: 4 }, () => ({ document: tree(random, 3), parsed: undefined }))
    const one = async (query, document) => {
      const bytes = bytesOf(write(document))
      const size = 1 + random.below(200)
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.slice(at * size, (at + 1) * size))
      const parsed = await patient(query.parsed, chunks, random)
      const where = difference(parsed.value, parse(bytes))
      if (where !== undefined) throw new Error(`seed ${seed + i}: differs at ${where}${shown(bytes, bytes)}`)
      bodies++
      return parsed
    }
    for (let refetch = 0; refetch < 6; refetch++) {
      const begun = queries.map(async (query) => {
        const { document } = query
        const next = edited(document, random, random.below(3))
        const fork = random.often(0.3) ? one(query, edited(document, random, 1)) : undefined
        const parsed = await one(query, next)
        const other = await fork
        Object.assign(query, { document: next, parsed })
        deepFreeze(parsed.value)
        deepFreeze(other?.value)
      })
      await Promise.all(begun)
    }
  }
  return { bodies }
}

/**
 * What applications do to a cached value between two fetches: whatever it is then, a refetch gives what was sent. After a
 * write it is the cache that shares, and for it the order of names, or the sign of zero, is no difference.
 */
export async function writtenTo(seed, rounds, makeQuery) {
  let kept = 0
  for (let i = 0; i < rounds; i++) {
    const random = chance(seed + i)
    const query = makeQuery()
    let document = tree(random, 3)
    let before
    for (let refetch = 0; refetch < 10; refetch++) {
      const bytes = bytesOf(write(document))
      const value = await query.take(bytes)
      const untouched = before?.value === before?.written
      const where = difference(value, parse(bytes), !untouched)
      if (where !== undefined) throw new Error(`seed ${seed + i}: differs at ${where}${shown(before?.bytes, bytes)}`)
      deepFreeze(value)
      if (before && untouched) {
        const { lost, ...found } = identity(before, { bytes, value })
        if (lost.length > 0) throw new Error(`seed ${seed + i}: not the object that it was: ${lost}${shown(before.bytes, bytes)}`)
        kept += found.kept
      }
      const another = parse(bytesOf(write(edited(document, random, 1))))
      random.one([
        () => {},
        () => query.write(another),
        () => query.write({ optimistic: true }),
        () => query.write([value, value]),
        () => query.write(structuredClone(value)),
        // An optimistic update that is taken back.
        () => {
          query.write(another)
          query.write(value)
        },
      ])()
      before = { bytes, value, written: query.value }
      document = edited(document, random, random.below(3))
    }
    query.end()
  }
  return { kept }
}

/**
 * Long lists in which some rows look much the same: of one length, different in one place, or equal but for where they
 * stand. Each row is found again however the list is shuffled; no shortcut of the search may miss one.
 */
export function lookAlikes(seed) {
  const random = chance(seed)
  const figures = { rows: 0, kept: 0 }
  const text = (i, times, length) => String(i).padStart(6, '0').repeat(times).slice(0, length)
  for (const [count, alike] of [
    [40, 40],
    [300, 20],
    [1000, 1000],
    [3000, 33],
    [5000, 33],
    [5000, 65],
    [8000, 45],
    [8000, 300],
  ]) {
    // Of rows that are alike only the number in the middle differs.
    const rows = Array.from({ length: count }, (_, i) =>
      i < alike
        ? { a: 'x'.repeat(200), n: 100_000 + i, b: 'y'.repeat(300) }
        : { a: text(i, 40, 150 + (i % 70)), n: 100_000 + i, b: text(i * 7, 60, 200 + (i % 130)) },
    )
    const order = rows.slice()
    for (let i = order.length - 1; i > 0; i--) {
      const j = random.below(i + 1)
      ;[order[i], order[j]] = [order[j], order[i]]
    }
    for (const next of [rows.toReversed(), order]) {
      const before = parseJsonSync(undefined, bytesOf(JSON.stringify(rows)))
      const known = new Set(before.value)
      const { value } = parseJsonSync(before, bytesOf(JSON.stringify(next)))
      const where = difference(value, next)
      if (where !== undefined) throw new Error(`${count} rows, ${alike} alike: differs at ${where}`)
      figures.rows += count
      figures.kept += value.filter((row) => known.has(row)).length
    }
  }
  return figures
}

function sum(all, figures) {
  for (const name of Object.keys(figures)) all[name] += figures[name]
}
