// Measures the peers alternately in one page. A round is one query that is refetched again and again, for so long that what it
// leaves behind is collected within the round, and that memory is as warm as it stays.
import { wholeWay } from '../libraries.js'
import { bodiesOf, changes, shapes } from './shapes.js'

/** The shortest round, ms: some hundred bodies, after which the browser collects responses. */
const ROUND = 80
/** The same for what happens once in a page: nothing that it leaves is collected meanwhile. */
const ONCE = 20
/** The number of refetches in a row, by the number of rows. */
const STEPS = { 100: 24, 1000: 10, 5000: 4 }

const subjects = {
  core: wholeWay.core,
  whippet: wholeWay.whippet,
  /** Reads the body, and makes nothing of it. */
  limit: () => ({ take: (body) => new Response(body).arrayBuffer(), end() {} }),
}
const NAMES = Object.keys(subjects)

const casesOf = (shape, rows, empty) =>
  changes.map((change) => {
    const name = `${shape}, ${rows} rows, ${change.name}${empty ? ', empty page' : ''}`
    return { name, shape, change: change.name, rows, empty }
  })

globalThis.cases = [
  // They come first: a page that once held something is as one that holds it.
  ...casesOf('nested list', '1000', true),
  ...Object.keys(shapes).flatMap((shape) => Object.keys(STEPS).flatMap((rows) => casesOf(shape, rows, false))),
]

const settle = () => new Promise((resolve) => setTimeout(resolve))
const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]

/** There and back again: each body is one change from the one before. */
const thereAndBack = (bodies) => [...bodies.slice(1), ...bodies.slice(0, -1).reverse()]

/** Refetches of one query. Returns ms in all, and per body. */
async function refetches(begin, bodies, repeats) {
  const timed = thereAndBack(bodies)
  const subject = begin()
  await subject.take(bodies[0])
  const began = performance.now()
  for (let i = 0; i < repeats; i++) for (const body of timed) await subject.take(body)
  const total = performance.now() - began
  subject.end()
  return { total, each: total / (repeats * timed.length) }
}

/** The first or the second body of many queries, each of which ends then. */
async function beginnings(begin, bodies, repeats) {
  const last = bodies.at(-1)
  let total = 0
  for (let i = 0; i < repeats; i++) {
    const subject = begin()
    for (const body of bodies.slice(0, -1)) await subject.take(body)
    const began = performance.now()
    await subject.take(last)
    total += performance.now() - began
    subject.end()
  }
  return { total, each: total / repeats }
}

/** Runs one round. Set-up and tear-down are not timed. */
async function round(change, begin, bodies, repeats) {
  globalThis.gc?.()
  const ms = await (change.once ? beginnings : refetches)(begin, bodies, repeats)
  await settle()
  return ms
}

async function enough(change, begin, bodies) {
  for (let repeats = 1; ; repeats *= 2) {
    const { total } = await round(change, begin, bodies, repeats)
    if (total >= (change.once ? ONCE : ROUND)) return repeats
  }
}

/** All objects and arrays in a value. */
function partsOf(value, parts = new Set()) {
  if (typeof value !== 'object' || !value) return parts
  parts.add(value)
  for (const child of Object.values(value)) partsOf(child, parts)
  return parts
}

/**
 * Checks each value, and that whatever keeps its identity with query-core keeps it with us. A map in another order is the
 * old one for query-core, and a new one for us: there nothing is to be compared.
 */
async function verify(bodies) {
  const kept = {}
  for (const library of ['whippet', 'core']) {
    const subject = subjects[library]()
    kept[library] = []
    let before = new Set()
    for (const body of bodies) {
      const value = await subject.take(body)
      const right = JSON.stringify(value) === new TextDecoder().decode(body)
      if (!right && library === 'core') return
      if (!right) throw new Error(`not the value of the body: ${JSON.stringify(value).slice(0, 80)}`)
      const parts = partsOf(value)
      kept[library].push([...parts].filter((part) => before.has(part)).length)
      before = parts
    }
    subject.end()
  }
  const lost = kept.core.findIndex((count, turn) => kept.whippet[turn] < count)
  if (lost >= 0) throw new Error(`refetch ${lost} keeps ${kept.whippet[lost]} parts, and query-core's ${kept.core[lost]}`)
}

/** What a page holds beside bodies, such as the text of its scripts and styles: 16 MB, of which nothing is read. */
const content = () => Array.from({ length: 32 }, () => new Response(new Uint8Array(500_000)))
let held

/**
 * Measures a case. The peers take turns to begin a round. In an `empty` page Chromium gives the memory of each body back to the
 * system, which clears it for the next: that takes longer than to read and compare the body.
 */
globalThis.measure = async ({ shape, change: name, rows, empty }, rounds) => {
  if (!empty) held ??= content()
  const change = changes.find((change) => change.name === name)
  const bodies = bodiesOf(shape, change, Number(rows), STEPS[rows])
  const found = {}
  const repeats = {}
  await verify(bodies)
  for (const library of NAMES) {
    repeats[library] = await enough(change, subjects[library], bodies)
    found[library] = []
  }
  for (let i = 0; i < rounds; i++) {
    for (let turn = 0; turn < NAMES.length; turn++) {
      const library = NAMES[(i + turn) % NAMES.length]
      found[library].push((await round(change, subjects[library], bodies, repeats[library])).each)
    }
  }
  const of = (figure) => Object.fromEntries(NAMES.map((library) => [library, figure(found[library])]))
  const floor = rows === '1000' || change.once ? change.floor : change.floor / 2
  return { ms: of(median), fastest: of((rounds) => Math.min(...rounds)), bytes: bodies.at(-1).length, floor }
}
