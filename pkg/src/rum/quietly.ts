import { attempt } from './guard.js'

let warned = false

/** What `run` returns; `undefined` where it throws: then nothing is measured, and the console is told once why. */
export function quietly<T>(run: () => T, hint = ''): T | undefined {
  try {
    return run()
  } catch (error) {
    if (!warned) attempt(() => console.warn(`whippet/rum measures nothing${hint}:`, error))
    warned = true
    return undefined
  }
}
