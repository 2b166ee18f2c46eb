import * as glue from '../../wasm/timing/whippet_npm.js'
import hex from '../../wasm/timing/hex.js'
import { wasmModule } from '../wasm.js'

export const wasm = wasmModule(glue, hex)

export type Engine = ReturnType<typeof wasm>
