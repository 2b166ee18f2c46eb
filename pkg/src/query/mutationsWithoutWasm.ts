// A stand-in for the engine of mutations where WebAssembly cannot run. They can be created and read; each fails, which
// `Mutation` does.
import { MUTATION_EFFECT_NONE, MUTATION_EFFECT_RUN } from '../boundary/query.js'
import { standIn } from '../wasm.js'
import type { MutationExports } from './mutationWasm.js'
import type { CallsOf } from './startEngine.js'

/** The calls of one machine. All that are not defined here return 0. */
export function mutationsWithoutWasm(): CallsOf<MutationExports> {
  /** Mutations that have been started and not yet polled. */
  const started: number[] = []
  // Greater than all ids of an engine that has trapped.
  let ids = 1 << 30
  return standIn<CallsOf<MutationExports>>({
    mutation_raise_gc_time: (_id: number, gcTime: number) => gcTime,
    mutation_insert: () => ++ids,
    mutation_can_start: () => 1,
    mutation_can_run: () => 1,
    mutation_start: (_now: number, id: number) => void started.push(id),
    mutation_about: () => started.shift(),
    mutation_poll: () => (started.length ? MUTATION_EFFECT_RUN : MUTATION_EFFECT_NONE),
  })
}
