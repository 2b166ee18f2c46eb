// The ways in which WebAssembly does not run, and how to try them: each in a process of its own.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** What is done to a realm before the package is used. */
export const ways = {
  'is missing': `delete globalThis.WebAssembly`,
  'is forbidden to compile': `WebAssembly.Module = class { constructor() { throw new WebAssembly.CompileError('blocked by a policy') } }`,
  'cannot be started': `WebAssembly.Instance = class { constructor() { throw new RangeError('out of memory') } }`,
}

/** Every function of a module traps when it has been called so often. */
export const traps = (after) => `{
  const { Instance } = WebAssembly
  WebAssembly.Instance = function (...args) {
    const { exports } = new Instance(...args)
    let left = ${after}
    const trapping = (f) => (...args) => {
      if (left-- > 0) return f(...args)
      throw new WebAssembly.RuntimeError('unreachable')
    }
    return { exports: Object.fromEntries(Object.entries(exports).map(([name, f]) => [name, typeof f === 'function' ? trapping(f) : f])) }
  }
}`

/** What `code`, in which the subpaths are there by name, gives; it must warn as often as it says, and throw nothing. */
export function run(way, code) {
  const module = `
    const warnings = []
    console.warn = (...args) => warnings.push(args.map(String).join(' '))
    process.on('uncaughtException', (error) => { console.log('uncaught', error); process.exit(1) })
    // Node's own fetch is partly wasm, and fails at the first response.
    process.on('unhandledRejection', (error) => {
      if (error.stack.includes('undici')) return
      console.log('unhandled', error)
      process.exit(1)
    })
    ${way}
    const [query, json, timing, lazy, rum, all] = await Promise.all(
      ['query', 'json', 'timing', 'lazy', 'rum'].map((name) => import('whippet/' + name)).concat(import('whippet')))
    const result = await (async () => { ${code} })()
    console.log(JSON.stringify(result))`
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', module], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    encoding: 'utf8',
    timeout: 20_000,
  })
  assert.equal(status, 0, stdout + stderr)
  return JSON.parse(stdout.trim().split('\n').at(-1))
}
