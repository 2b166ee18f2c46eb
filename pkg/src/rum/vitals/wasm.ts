import hex from '../../../wasm/vitals/hex.js'
import * as glue from '../../../wasm/vitals/whippet_npm.js'
import { quietly } from '../quietly.js'
import { wasmModule } from '../../wasm.js'

const wasm = /* @__PURE__ */ wasmModule(glue, hex)

/** The engine, or `undefined` where this is no page or wasm cannot run: then nothing is measured. */
export function engine(): ReturnType<typeof wasm> | undefined {
  // On a server there is nothing to measure, and nothing to say about it.
  return typeof document === 'undefined' ? undefined : quietly(wasm)
}
