// What each import may cost, in bytes of minified code after brotli: its floor where that is reached, otherwise what it cost
// when `node tests/bench/size.mjs --lower` was run last. That only lowers; who needs more writes it into budgets.json by hand,
// and says why in the commit.
import { readFileSync, writeFileSync } from 'node:fs'

/** Of an export that needs no engine, alone. */
export const HELPER_FLOOR = 1_500
/** Figures differ by a few bytes between versions of a bundler. */
const ROUND = 50

const file = new URL('./budgets.json', import.meta.url)
const budgets = JSON.parse(readFileSync(file, 'utf8'))

export const helperName = (subpath, name) => `${subpath}: ${name}`

export const budgetOf = (name, floor = 0) => budgets[name] ?? floor

export function lower(name, floor, bytes) {
  const next = Math.max(floor ?? 0, Math.ceil(bytes / ROUND) * ROUND)
  if (next <= floor && floor === HELPER_FLOOR) delete budgets[name]
  else budgets[name] = Math.min(budgets[name] ?? Infinity, next)
}

export const save = () => writeFileSync(file, `${JSON.stringify(budgets, undefined, 2)}\n`)
