import hex from '../../wasm/rum/hex.js'
import * as glue from '../../wasm/rum/whippet_npm.js'
import { wasmModule } from '../wasm.js'
import { quietly } from './quietly.js'

const wasm = /* @__PURE__ */ wasmModule(glue, hex)

/** The histograms, or `undefined` where wasm cannot run. */
export function engine(): ReturnType<typeof wasm> | undefined {
  return quietly(wasm)
}
