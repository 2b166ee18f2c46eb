// Circuit breakers: which origin a query asks, and what is known of each. When one opens the engine says.
import { BREAKER_CLOSED, BREAKER_FAILURES, BREAKER_HALF_OPEN, BREAKER_OPEN_FOR, BREAKER_WINDOW } from '../boundary/query.js'
import type { Exports } from './wasm.js'
import type { BreakerConfig, BreakerInfo, Query } from './types.js'

/** The engine that decides. */
interface Engine {
  readonly exports: Exports
  readonly machine: number
}

/** @internal The breakers of an engine. */
export class Breakers {
  readonly #engine: Engine
  readonly #config: BreakerConfig
  /** Those that some query asks, or of which there is still something to know. */
  readonly #origins = new Map<string, number>()
  /** By their numbers, which begin at 1. */
  readonly #names: string[] = ['']
  readonly #free: number[] = []

  constructor(engine: Engine, config: BreakerConfig) {
    this.#engine = engine
    this.#config = config
    const { failures = BREAKER_FAILURES, window = BREAKER_WINDOW, openFor = BREAKER_OPEN_FOR } = config
    engine.exports.query_set_breakers(engine.machine, Math.max(failures, 1), window, openFor)
  }

  /** The origin that a run of `query` asks, of which the engine is told. */
  guard(query: Query<any, any, any, any>, run: number): string | undefined {
    const { meta, options } = query
    const origin = this.#config.origin
      ? this.#config.origin(query)
      : ((meta?.origin ?? (options.queryFn as { origin?: unknown } | undefined)?.origin) as string | undefined)
    if (typeof origin !== 'string') return undefined
    const number = this.#origins.get(origin) ?? this.#free.pop() ?? this.#names.length
    this.#origins.set(origin, number)
    this.#names[number] = origin
    this.#engine.exports.query_guard(this.#engine.machine, run, number)
    return origin
  }

  /** Nobody asks the origin of this number any more. */
  forget(number: number): void {
    this.#origins.delete(this.#names[number]!)
    this.#free.push(number)
  }

  /** What each lets through. */
  list(): BreakerInfo[] {
    const { exports, machine } = this.#engine
    const now = Date.now()
    return Array.from(this.#origins, ([origin, number]) => {
      const code = exports.query_breaker(machine, now, number)
      const state = code === BREAKER_CLOSED ? 'closed' : code === BREAKER_HALF_OPEN ? 'half-open' : 'open'
      return { origin, state, until: state === 'open' ? code : undefined }
    })
  }
}
