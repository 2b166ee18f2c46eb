import hex from '../../wasm/json/hex.js'
import { instantiate } from '../../wasm/json/instantiate.js'
import { bareModule } from '../bareModule.js'
import type * as exports from '../../wasm/json/whippet_npm_bg.wasm.js'

export type Engine = typeof exports

export const wasm = /* @__PURE__ */ bareModule<Engine>(hex, instantiate)
