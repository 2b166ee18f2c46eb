import * as glue from '../../wasm/json/whippet_npm.js'
import hex from '../../wasm/json/hex.js'
import { wasmModule } from '../wasm.js'

export const wasm = wasmModule(glue, hex)
