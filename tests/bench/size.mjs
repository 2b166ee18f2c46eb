// What a page has to load for each import, beside its peers, all measured in the same run: bundled as a user's build would,
// minified, brotli at its best. The rows stand in size/rows.mjs, their budgets in size/budgets.json.
//
//     node tests/bench/size.mjs              the table
//     node tests/bench/size.mjs --lower      the table; then every budget is lowered to what was measured
//     node tests/bench/size.mjs --why NAME   what a row, or one export, is made of (`cargo xtask size --why` builds what it reads)
import { budgetOf, helperName, HELPER_FLOOR, lower, save } from './size/budgets.mjs'
import { weigh } from './size/bundle.mjs'
import { alone, helpersOf, needEngine } from './size/engines.mjs'
import { rows } from './size/rows.mjs'
import { why } from './size/why.mjs'

const asked = process.argv.indexOf('--why')
const lowering = process.argv.includes('--lower')
if (asked > 0) await why(process.argv[asked + 1] ?? '')
else await table()

async function table() {
  line('', 'minified', 'brotli', 'budget', 'floor', 'after', 'peer')
  for (const row of rows) {
    const peers = []
    for (const [name, code] of Object.entries(row.peers ?? {})) peers.push(`${(await weigh(code)).brotli} ${name}`)
    print(row, await weigh(row.code), peers)
  }
  console.log('\nAn export that needs no engine, alone:')
  for (const subpath of Object.keys(needEngine)) {
    for (const name of await helpersOf(subpath)) {
      print({ name: helperName(subpath, name), floor: HELPER_FLOOR }, await weigh(alone(subpath, name)))
    }
  }
  if (lowering) save()
}

function print({ name, floor, after }, { minified, brotli }, peers = []) {
  if (lowering) lower(name, floor, brotli)
  const budget = budgetOf(name, floor)
  const over = brotli > budget
  line(name, minified, brotli, budget, floor ?? '', after ?? '', peers[0] ?? '', over ? 'over budget' : '')
  for (const peer of peers.slice(1)) line('', '', '', '', '', '', peer)
  if (over) process.exitCode = 1
}

function line(name, minified, brotli, budget, floor, after, peer, note = '') {
  const cells = [minified, brotli, budget, floor, after].map((cell) => String(cell).padStart(9))
  console.log(`${name.padEnd(38)}${cells.join('')}   ${String(peer).padEnd(24)}${note}`.trimEnd())
}
