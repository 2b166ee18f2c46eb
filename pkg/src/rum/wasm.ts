import hex from '../../wasm/rum/hex.js'
import * as glue from '../../wasm/rum/whippet_npm.js'
import { wasmModule } from '../wasm.js'
import { quietly } from './quietly.js'

const wasm = /* @__PURE__ */ wasmModule(glue, hex)

/** The engine, or `undefined` where this is no page or wasm cannot run: then nothing is measured. */
export function engine(): ReturnType<typeof wasm> | undefined {
  // On a server there is nothing to measure, and nothing to say about it.
  return typeof document === 'undefined' ? undefined : quietly(wasm)
}
