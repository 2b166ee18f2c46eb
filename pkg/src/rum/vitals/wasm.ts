import hex from '../../../wasm/vitals/hex.js'
import type * as exports from '../../../wasm/vitals/whippet_npm_bg.wasm.js'
import { NO_WASM, numericModule } from '../numeric.js'
import { quietly } from '../quietly.js'

const wasm = /* @__PURE__ */ numericModule<typeof exports>(hex)

export type Engine = typeof exports

/** The trackers, or `undefined` where this is no page or wasm cannot run: then nothing is measured. */
export function engine(): Engine | undefined {
  // On a server there is nothing to measure, and nothing to say about it.
  return typeof document === 'undefined' ? undefined : quietly(wasm, NO_WASM)
}
