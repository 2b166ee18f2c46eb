// Runs the same random scripts on query-core and on whippet/query, and prints the first difference:
//
//   node beside.mjs [first seed] [how many]
//
// This needs a process of its own, since a test runner fails on unhandled rejections.
import * as theirs from '@tanstack/query-core'
import * as ours from 'whippet/query'
import { difference, report, shrink } from './compare.mjs'
import { scriptOf } from './script.mjs'

/** whippet/query with one fault, to check that it is found. */
const forgetful = {
  ...ours,
  QueryClient: class extends ours.QueryClient {
    cancelQueries() {
      return Promise.resolve()
    }
  },
}

const MOST = 5
const [first = 1, count = 400, which] = process.argv.slice(2)
const libraries = [theirs, which === 'forgetful' ? forgetful : ours]
const differs = async (script) => !!(await difference(libraries, script))

let parted = 0
for (let seed = Number(first); seed < Number(first) + Number(count) && parted < MOST; seed++) {
  const script = scriptOf(seed)
  if (!(await differs(script))) continue
  parted++
  const shortest = await shrink(script, differs)
  console.log(`seed ${seed}\n${report(shortest, await difference(libraries, shortest))}\n`)
}
process.exit(parted ? 1 : 0)
