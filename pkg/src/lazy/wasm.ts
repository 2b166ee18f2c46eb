import * as glue from '../../wasm/lazy/whippet_npm.js'
import hex from '../../wasm/lazy/hex.js'
import { wasmModule } from '../wasm.js'

export const wasm = /* @__PURE__ */ wasmModule(glue, hex)

export type Engine = ReturnType<typeof wasm>
