// How fast the engine reads bytes, beside a plain copy of them within wasm memory.
import { bodiesOf, changes } from './changes.js'

const ROUND = 50
const NAMES = ['copy', 'compare', 'scan']

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]

/** GB/s of each, on a list of `rows`; `wasm` is the module in hex. */
globalThis.throughput = async (wasm, rows, rounds) => {
  const module = await WebAssembly.compile(Uint8Array.from(wasm.match(/../g), (byte) => parseInt(byte, 16)))
  const { exports } = await WebAssembly.instantiate(module)
  const [body] = bodiesOf(changes[0], rows, 0)
  const address = exports.text(body.length)
  new Uint8Array(exports.memory.buffer).set(body, address)
  exports.ready()

  const found = Object.fromEntries(NAMES.map((name) => [name, []]))
  for (let i = 0; i <= rounds; i++) {
    for (const name of NAMES) {
      let bytes = 0
      const began = performance.now()
      let ms
      do {
        for (let times = 0; times < 8; times++) bytes += exports[name]()
        ms = performance.now() - began
      } while (ms < ROUND)
      // In the first round the code is not optimized yet.
      if (i > 0) found[name].push(bytes / ms / 1e6)
    }
  }
  if (exports.compare() !== body.length || exports.scan() !== body.length) throw new Error('the engine did not read it all')
  return { bytes: body.length, ...Object.fromEntries(NAMES.map((name) => [name, median(found[name])])) }
}
