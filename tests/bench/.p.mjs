import { QueryClient } from 'whippet/query'
const all = []
for (let r = 0; r < 40; r++) {
  for (let i = 0; i < 500; i++) {
    const c = new QueryClient()
    c.setQueryData(['user', 1], 1)
    c.getQueryData(['user', 1])
    all.push(c)
  }
  for (const c of all) c.clear()
  all.length = 0
  await new Promise((r) => setTimeout(r))
}
process.exit()
