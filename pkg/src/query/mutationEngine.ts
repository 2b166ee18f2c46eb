// The engine of a MutationCache: the machine, and the mutations by their ids.
import {
  mutation_clock_set_back,
  mutation_first_in_scope,
  mutation_new,
  mutation_next_in_scope,
  mutation_poll,
  mutation_tick,
  type MutationMachine,
} from '../rules/query.js'
import { host } from './host.js'
import { notifyManager } from './notifyManager.js'
import { Engine, type EngineConfig } from './startEngine.js'
import { noop } from './utils.js'

/** The calls from the engine to a mutation. */
export interface EngineMutation {
  readonly id: number
  readonly state: { isPaused: boolean }
  /** Continues a paused mutation. */
  continue(): Promise<unknown>
  /** The engine decided about the mutation. */
  onEffect(code: number): void
}

export class MutationEngine extends Engine<MutationMachine, EngineMutation> {
  /** The scopes in use, with their numbers. A number is reused when its scope has no mutation left. */
  #scopes = new Map<string, { number: number; uses: number }>()
  #free: number[] = []

  constructor(config: EngineConfig) {
    super(config, mutation_new)
  }

  override onTimer(): void {
    this.applyRule(mutation_tick, Date.now(), host())
    this.drainEffects()
  }

  override onClockSetBack(by: number): void {
    this.applyRule(mutation_clock_set_back, by)
  }

  /** Counts a mutation into its scope. Returns the scope's number; 0 for none. */
  enterScope(name: unknown): number {
    if (typeof name !== 'string') return 0
    const known = this.#scopes.get(name) ?? { number: this.#free.pop() ?? this.#scopes.size + 1, uses: 0 }
    known.uses++
    this.#scopes.set(name, known)
    return known.number
  }

  /** Counts a mutation out of its scope. */
  leaveScope(name: unknown): void {
    const known = this.#scopes.get(name as string)
    if (!known || --known.uses) return
    this.#scopes.delete(name as string)
    this.#free.push(known.number)
  }

  /** Continues the mutation of the same scope whose turn comes after `id`. */
  runNext(id: number): Promise<unknown> {
    const next = this.engineItems.get(this.applyRule(mutation_next_in_scope, id)!)
    return next?.state.isPaused ? next.continue() : Promise.resolve()
  }

  /** Continues those that are paused. Does not wait for those behind one that is running already. */
  resume(all: EngineMutation[]): Promise<unknown> {
    const paused = all.filter((mutation) => mutation.state.isPaused)
    const first = ({ id }: EngineMutation) => this.engineItems.get(this.applyRule(mutation_first_in_scope, id)!)
    const goesOn = new Set(paused.filter((mutation) => first(mutation)?.state.isPaused !== false))
    return notifyManager.batch(() =>
      Promise.all(
        paused.map((mutation) => {
          const done = mutation.continue().catch(noop)
          return goesOn.has(mutation) ? done : undefined
        }),
      ),
    )
  }

  /** Carries out the machine's effects. */
  drainEffects(): void {
    for (let effect; (effect = this.applyRule(mutation_poll));) this.engineItems.get(effect[1])?.onEffect(effect[0])
  }
}
