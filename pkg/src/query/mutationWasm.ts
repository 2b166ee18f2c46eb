import hex from '../../wasm/mutations/hex.js'
import { instantiate } from '../../wasm/mutations/instantiate.js'
import { compile } from '../bareModule.js'
import { startWasm } from '../wasm.js'
import { wasm, type Exports } from './wasm.js'

/** What `pkg/splitModule.mjs` has put into a module of its own. */
export type MutationExports = Pick<Exports, Extract<keyof Exports, `mutation_${string}`>>

let module: WebAssembly.Module | undefined
let instance: MutationExports | undefined
/** The instance of queries whose memory and functions it uses. */
let whole: Exports | undefined

/** The instance for a new machine of mutations. Throws `WasmUnavailableError` without WebAssembly. */
export function mutationWasm(): MutationExports {
  const current = wasm()
  if (whole !== current || !instance) {
    instance = startWasm(() => instantiate((module ??= compile(hex)), current) as MutationExports)
    whole = current
  }
  return instance
}
