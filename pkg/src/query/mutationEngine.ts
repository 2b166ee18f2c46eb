// The engine of a MutationCache: the machine in wasm, and the mutations by their ids.
import { hostFlags } from './hostFlags.js'
import { mutationWasm, type MutationExports } from './mutationWasm.js'
import { mutationsWithoutWasm } from './mutationsWithoutWasm.js'
import { notifyManager } from './notifyManager.js'
import { Engine, type CallsOf, type EngineConfig } from './startEngine.js'
import { noop } from './utils.js'

/** The calls from the engine to a mutation. */
export interface EngineMutation {
  readonly id: number
  readonly state: { isPaused: boolean }
  /** Continues a paused mutation. */
  continue(): Promise<unknown>
  /** The engine decided about the mutation. */
  onEffect(code: number): void
  /** The engine has failed: what waits for it fails too. */
  onEngineFailed(): void
}

export class MutationEngine extends Engine<MutationExports, EngineMutation> {
  /** The scopes in use, with their numbers. A number is reused when its scope has no mutation left. */
  #scopes = new Map<string, { number: number; uses: number }>()
  #free: number[] = []

  constructor(config: EngineConfig) {
    super()
    this.start(
      config,
      mutationWasm,
      (exports, seed) => exports.mutation_new(seed),
      (exports) => exports.mutation_free,
    )
  }

  protected override callsWithoutEngine(): CallsOf<MutationExports> {
    return mutationsWithoutWasm()
  }

  override rearm(): void {
    this.timer.set(this.error ? Infinity : this.exports!.mutation_deadline(this.machine))
  }

  override onTimer(): void {
    this.calls.mutation_tick(Date.now(), hostFlags())
    this.drain()
  }

  override onClockSetBack(by: number): void {
    this.calls.mutation_clock_set_back(by)
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
    const next = this.items.get(this.calls.mutation_next_in_scope(id))
    return next?.state.isPaused ? next.continue() : Promise.resolve()
  }

  /** Continues those that are paused. Does not wait for those behind one that is running already. */
  resume(all: EngineMutation[]): Promise<unknown> {
    const paused = all.filter((mutation) => mutation.state.isPaused)
    const first = ({ id }: EngineMutation) => this.items.get(this.calls.mutation_first_in_scope(id))
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
  drain(): void {
    for (let code; (code = this.calls.mutation_poll());) this.items.get(this.calls.mutation_about())?.onEffect(code)
  }
}
