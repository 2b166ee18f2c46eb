import hex from '../../wasm/rum/hex.js'
import { instantiate } from '../../wasm/rum/instantiate.js'
import type * as exports from '../../wasm/rum/whippet_npm_bg.wasm.js'
import { bareModule, CSP_HINT } from '../bareModule.js'
import { attemptOrWarn } from './lib/guard.js'

const wasm = /* @__PURE__ */ bareModule<typeof exports>(hex, instantiate)

/** The wasm module with the histograms, or `undefined` where wasm cannot run. */
export function histogramEngine(): typeof exports | undefined {
  return attemptOrWarn(wasm, CSP_HINT)
}
