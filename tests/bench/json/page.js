// Measures the peers alternately in one page.
import { bodiesOf, changes, small, smallBodies } from './changes.js'
import { direct, wholeWay } from './libraries.js'

/** The shortest round, ms: long against the resolution of the clock. */
const ROUND = 25
/** The number of refetches in a row, by the length of the list. */
const STEPS = { 100: 40, 1000: 12, 10000: 4 }
const SMALL_STEPS = 64
const NAMES = ['core', 'plain', 'whippet']

const cases = [
  ...Object.keys(STEPS).flatMap((rows) =>
    changes.map((change) => ({
      name: `${change.name}, ${rows} rows`,
      floor: rows === '1000' ? change.floor : undefined,
      first: change.first,
      bodies: () => bodiesOf(change, Number(rows), STEPS[rows]),
    })),
  ),
  ...small.map((change) => ({
    name: `1 KB, ${change.name}`,
    floor: change.floor,
    bodies: () => smallBodies(change, SMALL_STEPS),
  })),
]

const settle = () => new Promise((resolve) => setTimeout(resolve))
const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]

/** Runs one round; returns ms per body. Set-up and tear-down are not timed. */
async function round(one, begin, bodies, repeats) {
  const timed = one.first ? bodies : bodies.slice(1)
  let ms = 0
  globalThis.gc?.()
  for (let i = 0; i < repeats; i++) {
    const subject = begin()
    if (!one.first) await subject.take(bodies[0])
    const began = performance.now()
    for (const body of timed) {
      const value = subject.take(body)
      if (value instanceof Promise) await value
    }
    ms += performance.now() - began
    subject.end()
  }
  await settle()
  return { total: ms, each: ms / (repeats * timed.length) }
}

async function enough(one, begin, bodies) {
  for (let repeats = 1; ; repeats *= 2) {
    const { total } = await round(one, begin, bodies, repeats)
    if (total >= ROUND) return repeats
  }
}

async function expectValue(subject, body) {
  const value = await subject.take(body)
  const text = new TextDecoder().decode(body)
  if (JSON.stringify(value) !== text) throw new Error(`not the value of the body: ${text.slice(0, 80)}`)
  return value
}

/** Checks that every peer returns what `JSON.parse` does; returns how many rows kept their identity. */
async function verify(begin, bodies) {
  const subject = begin()
  let before = await expectValue(subject, bodies[0])
  let kept = 0
  for (const body of bodies.slice(1)) {
    const value = await expectValue(subject, body)
    const known = new Set(Array.isArray(before) ? before : [before])
    kept += (Array.isArray(value) ? value : [value]).filter((row) => known.has(row)).length
    before = value
  }
  subject.end()
  return kept
}

globalThis.names = cases.map(({ name }) => name)

/** Measures a case, from `bytes` or the `whole` way. The peers take turns to begin a round. */
globalThis.measure = async (name, whole, rounds) => {
  const one = cases.find((one) => one.name === name)
  const libraries = whole ? wholeWay : direct
  const bodies = one.bodies()
  const found = {}
  const repeats = {}
  const kept = {}
  for (const library of NAMES) {
    kept[library] = await verify(libraries[library], bodies)
    repeats[library] = await enough(one, libraries[library], bodies)
    found[library] = []
  }
  for (let i = 0; i < rounds; i++) {
    for (let turn = 0; turn < NAMES.length; turn++) {
      const library = NAMES[(i + turn) % NAMES.length]
      found[library].push((await round(one, libraries[library], bodies, repeats[library])).each)
    }
  }
  const of = (figure) => Object.fromEntries(NAMES.map((library) => [library, figure(found[library])]))
  return { ms: of(median), fastest: of((rounds) => Math.min(...rounds)), kept, bytes: bodies.at(-1).length, floor: one.floor }
}
