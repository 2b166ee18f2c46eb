// Measures both libraries alternately in one page.
import * as core from '@tanstack/query-core'
import * as whippet from 'whippet/query'
import { cases } from './cases.js'

const libraries = { core, whippet }
/** A round of a case takes at least so long, in ms, so that the clock's grain does not count. */
const ROUND = 25

// Counts the timers that a library leaves armed.
const armed = new Set()
const { setTimeout: arm, clearTimeout: disarm } = globalThis
globalThis.setTimeout = (callback, ms, ...args) => {
  const id = arm(() => {
    armed.delete(id)
    callback(...args)
  }, ms)
  if (ms > 0) armed.add(id)
  return id
}
globalThis.clearTimeout = (id) => {
  armed.delete(id)
  disarm(id)
}

/** Runs one round of a case; returns ms per run, and the number of timers that are left armed. */
async function round(one, library, n) {
  const armedBefore = armed.size
  const { client, run, end } = one.prepare(libraries[library])
  if (!one.once) await run(Math.min(n, 50))
  globalThis.gc?.()
  const began = performance.now()
  const running = run(n)
  if (running) await running
  const ms = performance.now() - began
  const timers = armed.size - armedBefore
  end?.()
  client?.clear()
  await new Promise((resolve) => arm(resolve))
  return { ms: ms / n, total: ms, timers }
}

/** Finds the number of runs that make a round long enough. */
async function enough(one, library) {
  if (one.once) return 1
  const most = one.most ?? 1_000_000
  for (let n = 1; ; n *= 4) {
    // The faster of two, because the machine may be busy with something else.
    const totals = [await round(one, library, Math.min(n, most)), await round(one, library, Math.min(n, most))]
    if (n >= most) return most
    if (totals.every(({ total }) => total >= ROUND)) return n
  }
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]

globalThis.names = cases.map(({ name }) => name)

/** Measures a case. The libraries take turns to begin a round. */
globalThis.measure = async (name, rounds) => {
  const one = cases.find((one) => one.name === name)
  const counts = { core: await enough(one, 'core'), whippet: await enough(one, 'whippet') }
  const found = { core: [], whippet: [] }
  for (let i = 0; i < rounds; i++) {
    const order = i % 2 ? ['whippet', 'core'] : ['core', 'whippet']
    for (const library of order) found[library].push(await round(one, library, counts[library]))
  }
  const ms = (library) => median(found[library].map((one) => one.ms))
  const timers = (library) => Math.max(...found[library].map((one) => one.timers))
  return {
    core: ms('core'),
    whippet: ms('whippet'),
    goal: one.goal,
    timers: one.timers && { core: timers('core'), whippet: timers('whippet') },
  }
}
