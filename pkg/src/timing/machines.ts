// The engine of `batch`, `memoize`, `rateLimit` and `retry`.
import hex from '../../wasm/timing/hex.js'
import { instantiate } from '../../wasm/timing/instantiate.js'
import { wasmModule } from '../wasm.js'
import type * as exports from '../../wasm/timing/whippet_npm_bg.wasm.js'

export const machines = /* @__PURE__ */ wasmModule<typeof exports>(hex, instantiate)
