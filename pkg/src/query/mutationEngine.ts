// The engine behind a MutationCache.
import { MUTATION_EFFECT_NONE } from '../boundary/query.js'
import { Alarm } from './alarm.js'
import { host } from './host.js'
import { seedOf, start, type Setup } from './setup.js'
import { freeWith, type Exports } from './wasm.js'
import type { Mutation } from './mutation.js'

export class MutationEngine {
  readonly exports: Exports
  /** Why there is no engine: what is run fails with it. */
  error: unknown
  readonly machine: number
  readonly alarm: Alarm
  readonly mutations = new Map<number, Mutation<any, any, any, any>>()
  /** The scopes of the mutations that there are; a name may be made of data. */
  #scopes = new Map<string, { number: number; uses: number }>()
  #free: number[] = []

  constructor(setup: Setup) {
    const { exports, error } = start(setup, this)
    this.exports = exports
    this.error = error
    const machine = (this.machine = exports.mutation_new(seedOf(setup)))
    freeWith(this, exports.mutation_free, machine)
    this.alarm = new Alarm(
      () => {
        exports.mutation_tick(machine, Date.now(), host())
        this.drain()
      },
      (by) => exports.mutation_clock_set_back(machine, by),
    )
  }

  /** The engine is not to be called again. */
  broke(error: unknown): void {
    this.error = error
    queueMicrotask(() => this.mutations.forEach((mutation) => mutation.onBroke()))
  }

  /** The number of a mutation's scope, until it leaves; 0 for none. */
  enter(name: unknown): number {
    if (typeof name !== 'string') return 0
    const known = this.#scopes.get(name) ?? { number: this.#free.pop() ?? this.#scopes.size + 1, uses: 0 }
    known.uses++
    this.#scopes.set(name, known)
    return known.number
  }

  /** A mutation of the scope is gone. */
  leave(name: unknown): void {
    const known = this.#scopes.get(name as string)
    if (!known || --known.uses) return
    this.#scopes.delete(name as string)
    this.#free.push(known.number)
  }

  /** Does what the machine says. */
  drain(): void {
    const { exports, machine } = this
    try {
      for (let code; (code = exports.mutation_poll(machine)) !== MUTATION_EFFECT_NONE; ) {
        const id = exports.mutation_about(machine)
        const mutation = this.mutations.get(id)
        mutation?.onEffect(code)
      }
    } finally {
      this.rearm()
    }
  }

  /** After whatever may have moved a deadline. */
  rearm(): void {
    this.alarm.set(this.exports.mutation_deadline(this.machine))
  }
}
