import hex from '../../wasm/lazy/hex.js'
import { instantiate } from '../../wasm/lazy/instantiate.js'
import { wasmModule } from '../wasm.js'
import type * as exports from '../../wasm/lazy/whippet_npm_bg.wasm.js'

export type Engine = typeof exports

export const wasm = /* @__PURE__ */ wasmModule<Engine>(hex, instantiate)
