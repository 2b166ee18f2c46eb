// Measures two React trees alternately in one page.
import { bodiesOf, changes } from '../changes.js'

const ROWS = 1000
const STEPS = 6

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]

globalThis.trees = changes.filter(({ first }) => !first).map(({ name }) => name)

globalThis.measureTree = async (name, rounds) => {
  const bodies = bodiesOf(
    changes.find((change) => change.name === name),
    ROWS,
    STEPS,
  )
  const found = { core: [], whippet: [] }
  // The first round is not counted: the code is not optimized yet.
  for (let i = 0; i <= rounds; i++) {
    const order = i % 2 ? ['whippet', 'core'] : ['core', 'whippet']
    for (const library of order) {
      const one = await globalThis[library](bodies)
      if (i > 0) found[library].push(one)
    }
  }
  const of = (library) => ({ ms: median(found[library].map(({ ms }) => ms)), renders: found[library][0].renders })
  return { core: of('core'), whippet: of('whippet') }
}
