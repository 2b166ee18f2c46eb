import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

/** The output of `code` in a Node process of its own, in this folder. */
function node(code) {
  const run = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
    timeout: 20_000,
  })
  assert.equal(run.status, 0, run.stderr || `ended by ${run.signal}`)
  return run.stdout.trim()
}

test('timers of the cache do not keep the process alive', () => {
  const code = `
    import { QueryClient, QueryObserver, environmentManager } from 'whippet/query'
    environmentManager.setIsServer(() => false)
    const client = new QueryClient()
    const options = { queryKey: ['a'], queryFn: () => 1, staleTime: 1e6, refetchInterval: 1e6 }
    new QueryObserver(client, options).subscribe(() => {})
    client.setQueryData(['b'], 2)
    console.log(await client.fetchQuery({ queryKey: ['c'], queryFn: () => 3, gcTime: 1e6 }))
  `
  assert.equal(node(code), '3')
})

test('an awaited retry keeps the process alive', () => {
  const code = `
    import { QueryClient } from 'whippet/query'
    let calls = 0
    const queryFn = () => {
      if (++calls < 2) throw new Error('no')
      return calls
    }
    console.log(await new QueryClient().fetchQuery({ queryKey: ['a'], queryFn, retry: 1, retryDelay: 1 }))
  `
  assert.equal(node(code), '2')
})

test('an attempt with a timeout keeps the process alive', () => {
  const code = `
    import { QueryClient, TimeoutError } from 'whippet/query'
    const options = { queryKey: ['hung'], queryFn: () => new Promise(() => {}), timeout: 5 }
    await new QueryClient().fetchQuery(options).catch((error) => console.log(error instanceof TimeoutError))
  `
  assert.equal(node(code), 'true')
})
