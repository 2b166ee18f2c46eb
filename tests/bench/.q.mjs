import { cases } from './query/cases.js'
import * as ours from 'whippet/query'
import * as theirs from '@tanstack/query-core'
const only = process.argv[2]
for (const c of cases) {
  if (only && !new RegExp(only).test(c.name)) continue
  const times = { ours: [], theirs: [] }
  for (let round = 0; round < (c.once ? 3 : 7); round++)
    for (const [name, lib] of [
      ['ours', ours],
      ['theirs', theirs],
    ]) {
      const p = await c.prepare(lib)
      let n = 1
      if (!c.once) {
        for (;;) {
          const t = performance.now()
          await p.run(n)
          if (performance.now() - t > 20) break
          n *= 2
        }
      }
      const t = performance.now()
      await p.run(n)
      times[name].push((performance.now() - t) / n)
      p.end?.()
      p.client?.clear?.()
    }
  const med = (a) => a.sort((x, y) => x - y)[a.length >> 1]
  const [o, t] = [med(times.ours), med(times.theirs)]
  console.log(
    c.name.padEnd(60),
    (o * 1000).toFixed(2).padStart(12),
    (t * 1000).toFixed(2).padStart(12),
    'ratio',
    (t / o).toFixed(2),
    'goal',
    c.goal ?? '',
  )
}
process.exit()
