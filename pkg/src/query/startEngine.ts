// What the engines of queries and of mutations have in common: a machine of the engine's rules, and its timer.
import { nextDeadline, type Deadlines } from '../deadlines.js'
import type { BreakerConfig, CacheLimits } from './types.js'
import { EngineTimer } from './engineTimer.js'

/** @internal A function of `rules/query.ts`, applied to a machine. */
export type Tap = (rule: (machine: any, ...args: any[]) => unknown, machine: object, args: unknown[]) => unknown

/** @internal Set by the client or by `recordSession` before the engine starts; later changes have no effect. */
export interface EngineConfig {
  seed?: number
  breaker?: BreakerConfig
  limits?: CacheLimits
  /** Applies the rules, to record all calls. */
  ruleTap?: Tap
}

/** @internal */
export abstract class Engine<TMachine extends { deadlines$: Deadlines; fetches$?: Map<number, unknown> }, TItem> {
  readonly engineMachine: TMachine
  readonly engineTimer = new EngineTimer(this)
  /** The queries or mutations by their ids. */
  readonly engineItems = new Map<number, TItem>()
  readonly #tap?: Tap

  constructor(config: EngineConfig, create: (seed: number) => TMachine) {
    const seed = [config.seed ?? Math.random() * 2 ** 32]
    this.#tap = config.ruleTap
    this.engineMachine = (config.ruleTap ? config.ruleTap(create, this, seed) : create(seed[0]!)) as TMachine
  }

  /** Applies a rule to the machine, and sets the timer for its next deadline. */
  applyRule<TArgs extends unknown[], TResult>(rule: (machine: TMachine, ...args: TArgs) => TResult, ...args: TArgs): TResult {
    const { engineMachine: machine } = this
    const result = this.#tap ? (this.#tap(rule, machine, args) as TResult) : rule(machine, ...args)
    // The end of a fetch brings a deadline, for which the timer that is there is mostly early enough.
    this.engineTimer.set(nextDeadline(machine.deadlines$) ?? (machine.fetches$?.size ? NaN : Infinity))
    return result
  }

  abstract onTimer(): void

  abstract onClockSetBack(by: number): void
}
