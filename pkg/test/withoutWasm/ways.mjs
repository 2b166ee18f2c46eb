// The ways in which WebAssembly does not run, and how to try them: each in a thread, whose globals are its own. A process
// takes longer to start.
import assert from 'node:assert/strict'
import { Worker } from 'node:worker_threads'

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

const SUBPATHS = ['query', 'json', 'timing', 'lazy', 'rum']
const imports = [...SUBPATHS.map((name) => `whippet/${name}`), 'whippet'].map((name) => `import('${import.meta.resolve(name)}')`)
/** In ms. */
const LONGEST = 20_000

/** What `code`, in which the subpaths are there by name, gives; it must warn as often as it says, and throw nothing. */
export async function run(way, code) {
  const worker = new Worker(
    `const warnings = []
    console.warn = (...args) => warnings.push(args.map(String).join(' '))
    process.on('unhandledRejection', (error) => {
      // Node's own fetch is partly wasm, and fails at the first response.
      if (!error.stack.includes('undici')) throw error
    })
    ${way}
    ;(async () => {
      const [${SUBPATHS}, all] = await Promise.all([${imports}])
      const result = await (async () => { ${code} })()
      require('node:worker_threads').parentPort.postMessage(JSON.stringify(result))
    })()`,
    { eval: true },
  )
  let given
  let isLate = false
  const late = setTimeout(() => {
    isLate = true
    worker.terminate()
  }, LONGEST)
  const status = await new Promise((resolve, reject) => {
    worker.on('message', (text) => (given = text))
    worker.on('error', reject)
    worker.on('exit', resolve)
  }).finally(() => clearTimeout(late))
  assert.ok(!isLate, `it does not end within ${LONGEST} ms`)
  assert.equal(status, 0)
  assert.notEqual(given, undefined, 'it ends without a result: something is never settled')
  return JSON.parse(given)
}
