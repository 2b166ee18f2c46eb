// The engine that keeps, compares and scans bodies, and its memory.
import { counted } from './counted.js'
import { wasm, type Engine } from './wasm.js'

/** @internal */
export type { Engine }

/** `null` where wasm cannot run, or has thrown. */
let engine: Engine | null | undefined
let memory: WebAssembly.Memory | undefined
let budget: [body: number, total: number] | undefined

/** @internal The engine. The first call starts it. Without one every body is parsed. */
export function startEngine(): Engine | null {
  if (engine === undefined) {
    engine = null
    try {
      const exports = wasm()
      exports.json_start(...randomWords())
      memory = exports.memory
      engine = guarded(exports)
      if (budget) setEngineBudget(...budget)
    } catch {
      // Wasm cannot run here. What is parsed without is not counted, and first bodies were.
      counted.received = counted.parsed = 0
    }
  }
  return engine
}

/** The functions of `exports`. When one throws, as wasm does out of memory, its body is lost, and later ones are parsed. */
function guarded(exports: Engine): Engine {
  const entries = Object.entries(exports).map(([name, run]: [string, any]) => [
    name,
    (...args: number[]) => {
      try {
        return run(...args)
      } catch (error) {
        engine = null
        throw error
      }
    },
  ])
  return Object.fromEntries(entries)
}

/** Four random words, the seed of the engine's hashes. Nobody can guess them where there is `crypto`. */
function randomWords(): [number, number, number, number] {
  const words = new Uint32Array(4)
  try {
    crypto.getRandomValues(words)
  } catch {
    words.forEach((_, i) => (words[i] = Math.random() * 2 ** 32))
  }
  return words as Iterable<number> as [number, number, number, number]
}

/** @internal The engine, if it was started. */
export function startedEngine(): Engine | null | undefined {
  return engine
}

/** @internal The size of the engine's memory in bytes. It never shrinks. */
export function memoryBytes(): number {
  return memory?.buffer.byteLength ?? 0
}

/** @internal Bytes of the engine's memory. The next call into the engine may invalidate them. */
export function view(address: number, length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(memory!.buffer as ArrayBuffer, address, length)
}

/** @internal As `view`, with 32-bit words. */
export function words(address: number, length: number): Uint32Array<ArrayBuffer> {
  return new Uint32Array(memory!.buffer as ArrayBuffer, address, length)
}

/** @internal Sets how many bytes of one body, and of all, the engine keeps. */
export function setEngineBudget(body: number, total: number): void {
  budget = [body, total]
  // The engine counts in 32 bits.
  const bytes = (count: number) => Math.max(0, Math.min(count, 2 ** 32 - 1))
  engine?.json_budget(bytes(body), bytes(total))
}
