import hex from '../../wasm/timing/hex.js'
import { instantiate } from '../../wasm/timing/instantiate.js'
import { wasmModule } from '../wasm.js'
import type * as exports from '../../wasm/timing/whippet_npm_bg.wasm.js'

export type Engine = typeof exports

export const wasm = /* @__PURE__ */ wasmModule<Engine>(hex, instantiate)
