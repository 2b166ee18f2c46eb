// What a MutationCache needs to hold mutations. It comes with whatever makes them, so that a page which imports nothing of
// that does not load it.
import type { EngineConfig } from './startEngine.js'
import type { MutationEngine } from './mutationEngine.js'
import type { Mutation } from './mutation.js'

interface MutationParts {
  Mutation: typeof Mutation
  MutationEngine: new (config: EngineConfig) => MutationEngine
}

let given: MutationParts | undefined

export function giveMutationParts(parts: MutationParts): void {
  given = parts
}

export function mutationParts(): MutationParts {
  if (!given) throw new Error("To use mutations, import MutationObserver or Mutation from 'whippet/query'")
  return given
}
