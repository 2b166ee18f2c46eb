// The engine behind a MutationCache.
import { Alarm } from './alarm.js'
import { host } from './host.js'
import { wasm } from './wasm.js'
import type { Mutation } from './mutation.js'

export type MutationMachine = InstanceType<ReturnType<typeof wasm>['MutationMachine']>

/** What `poll` gives: see crates/npm/src/query/mutations.rs. */
export const RUN = 1
export const PAUSED = 2
export const CONTINUED = 3
export const GAVE_UP = 4
export const COLLECTED = 5

export class MutationEngine {
  readonly machine: MutationMachine
  readonly alarm: Alarm
  readonly mutations = new Map<number, Mutation<any, any, any, any>>()
  #scopes = new Map<string, number>()

  /** Throws `WasmUnavailableError` where there is no WebAssembly. */
  constructor() {
    this.machine = new (wasm().MutationMachine)()
    this.alarm = new Alarm(() => {
      this.machine.tick(Date.now(), host())
      this.drain()
    })
  }

  /** The number of a scope; 0 for none. Scopes are named in the source, so there are few. */
  scope(name: unknown): number {
    if (typeof name !== 'string') return 0
    const known = this.#scopes.get(name) ?? this.#scopes.size + 1
    this.#scopes.set(name, known)
    return known
  }

  /** Does what the machine says. */
  drain(): void {
    const { machine } = this
    try {
      for (let code; (code = machine.poll()) !== 0; ) {
        const id = machine.about()
        const mutation = this.mutations.get(id)
        if (code === COLLECTED) this.mutations.delete(id)
        mutation?.onEffect(code)
      }
    } finally {
      this.rearm()
    }
  }

  /** After whatever may have moved a deadline. */
  rearm(): void {
    this.alarm.set(this.machine.deadline())
  }
}
