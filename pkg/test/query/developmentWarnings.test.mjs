// Warnings for developers are given in development and left out of production builds.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import vm from 'node:vm'
import { build } from 'esbuild'

const here = path.dirname(fileURLToPath(import.meta.url))

const TEXTS = [
  /As of v4/,
  /Duplicate Queries/,
  /Attempted to invoke queryFn/,
  /Query data cannot be undefined/,
  /Switching provider/,
  /dehydrated as pending/,
  /Structural sharing requires/,
]

/** Does everything that causes a warning. */
const careless = `
import { QueriesObserver, QueryClient, dehydrate, skipToken, timeoutManager } from 'whippet/query'
const heard = []
globalThis.console.error = globalThis.console.warn = (text) => heard.push(text)
globalThis.done = (async () => {
  const outcomes = []
  const outcome = (work) => work().then(() => outcomes.push('fine'), (error) => outcomes.push(error.message))
  const client = new QueryClient()
  const same = { queryKey: ['same'], queryFn: () => 1 }
  new QueriesObserver(client, [same, same])
  await outcome(() => client.fetchQuery({ queryKey: 'text', queryFn: () => 1 }))
  await outcome(() => client.fetchQuery({ queryKey: ['skipped'], queryFn: skipToken }))
  await outcome(() => client.fetchQuery({ queryKey: ['nothing'], queryFn: () => undefined }))
  const failing = client.prefetchQuery({ queryKey: ['failing'], queryFn: async () => { await 1; throw new Error('secret') } })
  const sent = dehydrate(client, { shouldDehydrateQuery: () => true })
  await failing
  await outcome(() => sent.queries.at(-1).promise)
  await outcome(async () => {
    const trap = () => Object.defineProperty({}, 'x', { enumerable: true, get() { throw new Error('trap') } })
    client.setQueryData(['shared'], trap())
    client.setQueryData(['shared'], trap())
  })
  const { setTimeout, clearTimeout, setInterval, clearInterval } = timeoutManager
  timeoutManager.setTimeout(() => {}, 0)
  timeoutManager.setTimeoutProvider({ setTimeout, clearTimeout, setInterval, clearInterval })
  return { heard: [...new Set(heard)], outcomes }
})()
`
const OUTCOMES = ['fine', `Missing queryFn: '["skipped"]'`, '["nothing"] data is undefined', 'redacted', 'trap']

let folder
before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'whippet-'))
})
after(() => rm(folder, { recursive: true }))

/** The program that causes the warnings, bundled. */
async function bundled(options) {
  const { outputFiles } = await build({
    stdin: { contents: careless, resolveDir: here },
    bundle: true,
    write: false,
    format: 'iife',
    logLevel: 'silent',
    platform: 'neutral',
    ...options,
  })
  return outputFiles[0].text
}

const inMode = (mode) => ({ define: { 'process.env.NODE_ENV': JSON.stringify(mode) } })

/** Runs a program as in a page, without `process`. */
async function inPage(program) {
  const globals = { AbortController, Uint8Array, WebAssembly, clearInterval, clearTimeout, console: {}, setInterval, setTimeout }
  const page = vm.createContext(globals)
  vm.runInContext(program, page)
  const { heard, outcomes } = await page.done
  return { heard: [...heard], outcomes: [...outcomes] }
}

const told = (heard) => TEXTS.filter((text) => heard.some((line) => text.test(line))).length

test('in production builds there are no warnings, and none of their text', async () => {
  const program = await bundled({ ...inMode('production'), minify: true })
  for (const text of TEXTS) assert.doesNotMatch(program, text)
  assert.deepEqual(await inPage(program), { heard: [], outcomes: OUTCOMES })
})

test('in development all warnings are given', async () => {
  const { heard, outcomes } = await inPage(await bundled(inMode('development')))
  assert.equal(told(heard), TEXTS.length, heard.join('\n'))
  assert.deepEqual(outcomes, OUTCOMES)
})

test('a page that loads the files without a bundler works without warnings', async () => {
  const program = await bundled({})
  assert.match(program, /process\.env\.NODE_ENV/)
  assert.deepEqual(await inPage(program), { heard: [], outcomes: OUTCOMES })
})

test('Node warns unless NODE_ENV is production', async () => {
  const file = path.join(folder, 'careless.mjs')
  const report = 'globalThis.done.then((result) => process.stdout.write(JSON.stringify(result)))'
  await writeFile(file, `${await bundled({ format: 'esm' })}\n${report}`)
  for (const [mode, count] of [
    ['production', 0],
    ['development', TEXTS.length],
    ['test', TEXTS.length],
    [undefined, TEXTS.length],
  ]) {
    const { NODE_ENV, ...env } = process.env
    const { stdout } = spawnSync(process.execPath, [file], { env: mode ? { ...env, NODE_ENV: mode } : env, encoding: 'utf8' })
    const { heard, outcomes } = JSON.parse(stdout)
    assert.equal(told(heard), count, mode)
    assert.deepEqual(outcomes, OUTCOMES)
  }
})
