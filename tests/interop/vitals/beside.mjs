// Plays the same random scripts on web-vitals and on whippet/rum, and prints where they part:
//
//   node beside.mjs [first seed] [how many]
import { shrink } from '../query/compare.mjs'
import { difference, report } from './compare.mjs'
import { ours, theirs } from './libraries.mjs'
import { scriptOf } from './script.mjs'

const { MOST = 5 } = process.env
const [first = 1, count = 1000] = process.argv.slice(2)
const libraries = [theirs, ours]

let parted = 0
for (let seed = Number(first); seed < Number(first) + Number(count) && parted < MOST; seed++) {
  const [browser, ...steps] = scriptOf(seed)
  const parts = (steps) => difference(libraries, [browser, ...steps])
  if (!(await parts(steps))) continue
  parted++
  const shortest = await shrink(steps, async (steps) => !!(await parts(steps)))
  console.log(`seed ${seed}\n${report([browser, ...shortest], await parts(shortest))}\n`)
}
process.exit(parted ? 1 : 0)
