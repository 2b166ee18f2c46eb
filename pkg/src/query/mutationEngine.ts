// The engine of a MutationCache: the machine in wasm, and the mutations by their ids.
import { MUTATION_EFFECT_NONE } from '../boundary/query.js'
import { EngineTimer } from './engineTimer.js'
import { hostFlags } from './hostFlags.js'
import { notifyManager } from './notifyManager.js'
import { seedFrom, startEngine, type EngineConfig } from './startEngine.js'
import { noop } from './utils.js'
import { freeWith, type Exports } from './wasm.js'

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

export class MutationEngine {
  readonly exports: Exports
  /** Why there is no engine. All mutations fail with it. */
  error: unknown
  readonly machine: number
  readonly timer: EngineTimer
  readonly mutations = new Map<number, EngineMutation>()
  /** The scopes in use, with their numbers. A number is reused when its scope has no mutation left. */
  #scopes = new Map<string, { number: number; uses: number }>()
  #free: number[] = []

  constructor(config: EngineConfig) {
    const { exports, error } = startEngine(config, this)
    this.exports = exports
    this.error = error
    const machine = (this.machine = exports.mutation_new(seedFrom(config)))
    freeWith(this, exports.mutation_free, machine)
    this.timer = new EngineTimer(
      () => {
        exports.mutation_tick(machine, Date.now(), hostFlags())
        this.drain()
      },
      (by) => exports.mutation_clock_set_back(machine, by),
    )
  }

  /** The engine has trapped and must not be called again. */
  fail(error: unknown): void {
    this.error = error
    queueMicrotask(() => this.mutations.forEach((mutation) => mutation.onEngineFailed()))
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

  /** Whether no earlier mutation of its scope is pending. */
  canRun(id: number): boolean {
    return this.exports.mutation_can_run(this.machine, id) !== 0
  }

  /** Continues the mutation of the same scope whose turn comes after `id`. */
  runNext(id: number): Promise<unknown> {
    const next = this.mutations.get(this.exports.mutation_next_in_scope(this.machine, id))
    return next?.state.isPaused ? next.continue() : Promise.resolve()
  }

  /** Continues paused mutations. Does not wait for those behind one that is running already. */
  resume(paused: EngineMutation[]): Promise<unknown> {
    const first = ({ id }: EngineMutation) => this.mutations.get(this.exports.mutation_first_in_scope(this.machine, id))
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
    const { exports, machine } = this
    try {
      for (let code; (code = exports.mutation_poll(machine)) !== MUTATION_EFFECT_NONE;) {
        const id = exports.mutation_about(machine)
        const mutation = this.mutations.get(id)
        mutation?.onEffect(code)
      }
    } finally {
      this.rearm()
    }
  }

  /** Sets the timer. Must run after every call that may change a deadline. */
  rearm(): void {
    this.timer.set(this.exports.mutation_deadline(this.machine))
  }
}
