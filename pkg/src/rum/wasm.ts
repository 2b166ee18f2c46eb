import hex from '../../wasm/rum/hex.js'
import type * as exports from '../../wasm/rum/whippet_npm_bg.wasm.js'
import { NO_WASM, numericModule } from './numeric.js'
import { quietly } from './quietly.js'

const wasm = /* @__PURE__ */ numericModule<typeof exports>(hex)

/** The histograms, or `undefined` where wasm cannot run. */
export function engine(): typeof exports | undefined {
  return quietly(wasm, NO_WASM)
}
