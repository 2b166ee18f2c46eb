import hex from '../../wasm/rum/hex.js'
import * as glue from '../../wasm/rum/whippet_npm.js'
import { wasmModule } from '../wasm.js'

const wasm = wasmModule(glue, hex)
let warned = false

/**
 * What `run` returns; `undefined` where it throws, which the console is told once. Measuring must never break
 * what it measures.
 */
export function quietly<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch (error) {
    if (!warned) console.warn('whippet/rum measures nothing:', error)
    warned = true
    return undefined
  }
}

/** The engine, or `undefined` where this is no page or wasm cannot run: then nothing is measured. */
export function engine(): ReturnType<typeof wasm> | undefined {
  // On a server there is nothing to measure, and nothing to say about it.
  return typeof document === 'undefined' ? undefined : quietly(wasm)
}
