// Circuit breakers: which origin a query asks, and what is known of each. When one opens the engine says.
import { BREAKER_CLOSED, BREAKER_FAILURES, BREAKER_HALF_OPEN, BREAKER_OPEN_FOR, BREAKER_WINDOW } from '../boundary/query.js'
import type { Query } from './query.js'
import type { QueryEngine } from './engine.js'

/** When a circuit breaker opens, and for how long. There is one per origin. */
export interface BreakerConfig {
  /** So many failed attempts open it; 5 by default. */
  failures?: number
  /** Counting those of the last so many ms; 10,000 by default. */
  window?: number
  /** For how many ms it stays open before one attempt is let through to see how things are; 30,000 by default. */
  openFor?: number
  /**
   * Which origin a query asks; `undefined` for one that no breaker should guard. By default it is what
   * `meta.origin` of the query says, or what `jsonQuery` was given.
   */
  origin?: (query: Query<any, any, any, any>) => string | undefined
}

/** The state of an origin's circuit breaker. */
export interface BreakerInfo {
  /** What the option `origin`, `meta.origin` or `jsonQuery` named. */
  origin: string
  /** `closed`: all is well. `open`: no attempt is made. `half-open`: one attempt decides which it will be. */
  state: 'closed' | 'open' | 'half-open'
  /** While it is open: until when, in ms since the epoch. */
  until: number | undefined
}

/** @internal The breakers of an engine. */
export class Breakers {
  readonly #engine: QueryEngine
  readonly #config: BreakerConfig
  /** Those that some query asks, or of which there is still something to know. */
  readonly #origins = new Map<string, number>()
  /** By their numbers, which begin at 1. */
  readonly #names: string[] = ['']
  readonly #free: number[] = []

  constructor(engine: QueryEngine, config: BreakerConfig) {
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
