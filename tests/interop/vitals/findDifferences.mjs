// Plays the same random scripts on web-vitals and on whippet/rum, and prints where their reports differ:
//
//   node findDifferences.mjs [first seed] [number of seeds]
import { shrink } from '../query/compare.mjs'
import { difference, report } from './compare.mjs'
import { ours, theirs } from './libraries.mjs'
import { scriptOf } from './script.mjs'

const { MOST = 5 } = process.env
const [first = 1, count = 1000] = process.argv.slice(2)
const libraries = [theirs, ours]

let differing = 0
for (let seed = Number(first); seed < Number(first) + Number(count) && differing < MOST; seed++) {
  const [browser, ...steps] = scriptOf(seed)
  const compare = (steps) => difference(libraries, [browser, ...steps])
  if (!(await compare(steps))) continue
  differing++
  const shortest = await shrink(steps, async (steps) => !!(await compare(steps)))
  console.log(`seed ${seed}\n${report([browser, ...shortest], await compare(shortest))}\n`)
}
process.exit(differing ? 1 : 0)
