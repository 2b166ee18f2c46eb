import hex from '../../wasm/rum/hex.js'
import * as glue from '../../wasm/rum/whippet_npm.js'
import { wasmModule } from '../wasm.js'

const wasm = wasmModule(glue, hex)
let warned = false

/**
 * The engine, or `undefined` where this is no page or wasm cannot run: then nothing is measured, and the page
 * is told once, in the console. Measuring must never break what it measures.
 */
export function engine(): ReturnType<typeof wasm> | undefined {
  // On a server there is nothing to measure, and nothing to say about it.
  if (typeof document === 'undefined') return undefined
  try {
    return wasm()
  } catch (error) {
    if (!warned) console.warn('whippet/rum measures nothing:', error)
    warned = true
    return undefined
  }
}
