let warned = false

/**
 * What `run` returns; `undefined` where it throws, which the console is told once. Measuring must never break
 * what it measures.
 */
export function quietly<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch (error) {
    if (!warned) console.warn("whippet/rum measures nothing (WebAssembly needs 'wasm-unsafe-eval' in script-src):", error)
    warned = true
    return undefined
  }
}
