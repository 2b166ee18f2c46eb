// Measures two React trees alternately in one page.
import { bodiesOf, changes } from '../changes.js'
import * as whole from '../whole/shapes.js'

const ROWS = 1000
const STEPS = 6

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]

const named = (changes, name) => changes.find((change) => change.name === name)
const trees = {
  issues: (name) => bodiesOf(named(changes, name), ROWS, STEPS),
  orders: (name) => whole.bodiesOf('nested list', named(whole.changes, name), ROWS, STEPS),
}
const refetched = (changes) => changes.filter(({ first, once }) => !first && !once).map(({ name }) => name)

globalThis.trees = { issues: refetched(changes), orders: refetched(whole.changes) }

globalThis.measureTree = async (view, name, rounds) => {
  const bodies = trees[view](name)
  const found = { core: [], whippet: [] }
  // The first round is not counted: the code is not optimized yet.
  for (let i = 0; i <= rounds; i++) {
    const order = i % 2 ? ['whippet', 'core'] : ['core', 'whippet']
    for (const library of order) {
      const one = await globalThis[library](bodies, view)
      if (i > 0) found[library].push(one)
    }
  }
  const of = (library) => ({ ms: median(found[library].map(({ ms }) => ms)), renders: found[library][0].renders })
  return { core: of('core'), whippet: of('whippet') }
}
