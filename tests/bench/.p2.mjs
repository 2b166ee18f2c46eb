import { QueryClient } from 'whippet/query'
const all = []
const one = () => {
  const c = new QueryClient()
  c.setQueryData(['user', 1], 1)
  c.getQueryData(['user', 1])
  all.push(c)
  return c
}
const c0 = one()
const mem = c0.getQueryCache().engine.exports.memory
const before = mem.buffer.byteLength
for (let i = 0; i < 2000; i++) one()
console.log('bytes per machine', (mem.buffer.byteLength - before) / 2000)
let t = performance.now()
let n = 3000
const g = []
for (let i = 0; i < n; i++) {
  one()
}
console.log('one', ((performance.now() - t) / n) * 1000, 'us')
const ex = c0.getQueryCache().engine.exports
// raw: machine creation
import {} from 'node:fs'
t = performance.now()
const fr = new FinalizationRegistry(() => {})
const os = []
for (let i = 0; i < n; i++) {
  const o = {}
  os.push(o)
  fr.register(o, { i })
}
console.log('registry', ((performance.now() - t) / n) * 1000)
t = performance.now()
for (let i = 0; i < n; i++) {
  os.push(new Float64Array(mem.buffer, 8 * i, 12))
}
console.log('f64', ((performance.now() - t) / n) * 1000)
t = performance.now()
for (let i = 0; i < n; i++) {
  os.push(setTimeout(() => {}, 300000))
}
console.log('timeout', ((performance.now() - t) / n) * 1000)
const e = all[5].getQueryCache().engine
const Q = e.constructor
t = performance.now()
for (let i = 0; i < n; i++) {
  os.push(new Q({}))
}
console.log('engine', ((performance.now() - t) / n) * 1000)
process.exit()
