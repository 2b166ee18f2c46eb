import { QueryClient } from 'whippet/query'
const c = new QueryClient()
c.setQueryData(['user', 1], 1)
const Q = c.getQueryCache().engine.constructor
const os = []
let t = performance.now()
for (let i = 0; i < 30000; i++) {
  os.push(new Q({}))
}
console.log('engine', ((performance.now() - t) / 30000) * 1000)
console.log(c.getQueryCache().engine.exports.memory.buffer.byteLength)
process.exit()
