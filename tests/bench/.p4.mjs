import { cases } from './query/cases.js'
import * as ours from 'whippet/query'
const c = cases.filter(c => /QueriesObserver/.test(c.name))
for (const k of c) { const p = k.prepare(ours); const t = performance.now(); await p.run(1); console.log(k.name, performance.now() - t); p.end?.(); p.client.clear() }
process.exit()
