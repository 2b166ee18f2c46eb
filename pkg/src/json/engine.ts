// The engine that keeps, compares and reads bodies, and its memory.
import { guarded } from '../wasm.js'
import { wasm } from './wasm.js'

/** @internal */
export type Engine = ReturnType<typeof wasm>

/** How many bytes of JSON are kept for comparing. */
export interface JsonBudget {
  /** Of one body; a longer one is not kept and is parsed each time. Default: 16 MiB. */
  body: number
  /** Of all bodies, with what is known of where their values are; those not used for longest go first. Default: 32 MiB. */
  total: number
}

let engine: Engine | undefined
let memory: WebAssembly.Memory | undefined
let budget: JsonBudget | undefined
let unavailable = false

/** @internal The engine, started by the first body; `undefined` where wasm cannot run: then every body is parsed. */
export function startEngine(): Engine | undefined {
  if (engine || unavailable) return engine
  try {
    engine = guarded(wasm(), (error) => {
      // This body is lost; the next ones are parsed without it.
      engine = undefined
      unavailable = true
      throw error
    })
    const [a, b, c, d] = chance()
    memory = engine.json_start(a!, b!, c!, d!) as WebAssembly.Memory
    if (budget) setJsonBudget(budget)
  } catch {
    unavailable = true
  }
  return engine
}

/** Four words that nobody can guess, where the host has such: the engine's hashes depend on them. */
function chance(): Uint32Array {
  const words = new Uint32Array(4)
  try {
    crypto.getRandomValues(words)
  } catch {
    for (let i = 0; i < 4; i++) words[i] = Math.random() * 2 ** 32
  }
  return words
}

/** @internal The engine, if anything started it. */
export function startedEngine(): Engine | undefined {
  return engine
}

/** @internal How long the engine's memory is, in bytes. It never shrinks. */
export function memoryBytes(): number {
  return memory?.buffer.byteLength ?? 0
}

/** @internal Bytes of the engine's memory, as they are until it is called again. */
export function view(address: number, length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(memory!.buffer as ArrayBuffer, address, length)
}

/** @internal The same as words. */
export function words(address: number, length: number): Uint32Array<ArrayBuffer> {
  return new Uint32Array(memory!.buffer as ArrayBuffer, address, length)
}

/** Changes how much is kept; what is over it is dropped now. */
export function setJsonBudget(next: JsonBudget): void {
  budget = next
  // The engine counts in 32 bits.
  const bytes = (count: number) => Math.max(0, Math.min(count, 2 ** 32 - 1))
  engine?.json_budget(bytes(next.body), bytes(next.total))
}
