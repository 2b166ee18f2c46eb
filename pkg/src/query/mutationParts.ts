// What a MutationCache needs to hold mutations. It comes with whatever makes them, so that a page which imports nothing of
// that does not load it.
import type { MutationConfig } from './mutationConfig.js'
import type { MutationEngine } from './mutationEngine.js'
import type { EngineConfig } from './startEngine.js'
import type { Mutation, MutationFilters } from './types.js'

/** @internal */
interface MutationParts {
  Mutation: new (config: MutationConfig<any, any, any, any>) => Mutation<any, any, any, any>
  MutationEngine: new (config: EngineConfig) => MutationEngine
  matchMutation(filters: MutationFilters<any, any, any, any>, mutation: Mutation<any, any, any, any>): boolean
}

let given: MutationParts | undefined

/** @internal */
export function giveMutationParts(parts: MutationParts): void {
  given = parts
}

/** @internal */
export function mutationParts(): MutationParts {
  if (!given) throw new Error("To use mutations, import MutationObserver or Mutation from 'whippet/query'")
  return given
}
