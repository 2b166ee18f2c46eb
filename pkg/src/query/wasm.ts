import hex from '../../wasm/query/hex.js'
import * as glue from '../../wasm/query/whippet_npm.js'
import { wasmModule } from '../wasm.js'

export const wasm = wasmModule(glue, hex)
