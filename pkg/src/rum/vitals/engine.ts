import hex from '../../../wasm/vitals/hex.js'
import { instantiate } from '../../../wasm/vitals/instantiate.js'
import type * as exports from '../../../wasm/vitals/whippet_npm_bg.wasm.js'
import { bareModule, CSP_HINT } from '../../bareModule.js'
import { attemptOrWarn } from '../lib/guard.js'

const wasm = /* @__PURE__ */ bareModule<typeof exports>(hex, instantiate)

export type VitalsEngine = typeof exports

/** The wasm module with the vitals, or `undefined` where wasm cannot run. On a server: `undefined`, without a warning. */
export function vitalsEngine(): VitalsEngine | undefined {
  return typeof document === 'undefined' ? undefined : attemptOrWarn(wasm, CSP_HINT)
}
