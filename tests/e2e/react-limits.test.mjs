// @tanstack/react-query on whippet/query, rendered on a server: more queries that suspend than the cache has room for.
import { build } from 'esbuild'
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'

const source = `
import { QueryClient, QueryClientProvider, useSuspenseQueries, useSuspenseQuery } from '@tanstack/react-query'
import { Suspense } from 'react'
import { renderToReadableStream } from 'react-dom/server'

const after = (ms, value) => new Promise((resolve) => setTimeout(resolve, ms, value))

/** The page's text, and how often the server was asked. */
export async function render(limits, together) {
  let calls = 0
  const queries = [0, 1, 2, 3, 4].map((i) => ({
    queryKey: [i],
    queryFn: () => after(5 + 5 * i, (calls++, 'x'.repeat(60_000))),
  }))
  const Together = () => useSuspenseQueries({ queries }).map(({ data }) => data.length).join()
  const Apart = () => queries.map((query) => useSuspenseQuery(query).data.length).join()
  const Page = together ? Together : Apart
  const stream = await renderToReadableStream(
    <QueryClientProvider client={new QueryClient(limits)}>
      <Suspense fallback="waiting">
        <Page />
      </Suspense>
    </QueryClientProvider>,
  )
  await stream.allReady
  return { text: await new Response(stream).text(), calls }
}
`

let folder, render
before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'whippet-react-'))
  const outfile = path.join(folder, 'page.mjs')
  await build({
    alias: { '@tanstack/query-core': 'whippet/query' },
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)" },
    bundle: true,
    define: { 'process.env.NODE_ENV': '"production"' },
    format: 'esm',
    jsx: 'automatic',
    outfile,
    platform: 'node',
    stdin: { contents: source, loader: 'jsx', resolveDir: import.meta.dirname },
  })
  render = (await import(pathToFileURL(outfile))).render
})
after(() => rm(folder, { recursive: true }))

for (const limits of [{}, { maxEntries: 3 }, { maxEntries: 1 }, { maxBytes: 100_000 }]) {
  test(`a page of five queries that suspend is rendered once, with ${JSON.stringify(limits)}`, async () => {
    for (const together of [false, true]) {
      const { text, calls } = await render(limits, together)
      assert.match(text, /60000,60000,60000,60000,60000/)
      assert.equal(calls, 5)
    }
  })
}
