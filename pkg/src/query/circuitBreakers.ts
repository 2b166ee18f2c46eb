// Circuit breakers: finds the origin of each query and reports their states. The engine decides when one opens.
import { BREAKER_CLOSED, BREAKER_FAILURES, BREAKER_HALF_OPEN, BREAKER_OPEN_FOR, BREAKER_WINDOW } from '../boundary/query.js'
import { query_admit, query_breaker, query_guard, query_set_breakers, type QueryMachine } from '../rules/query.js'
import { CircuitOpenError } from './errors.js'
import { positive } from './retryer.js'
import type { Engine } from './startEngine.js'
import type { BreakerConfig, BreakerInfo, Query } from './types.js'

/** @internal The circuit breakers of an engine. */
export class CircuitBreakers {
  readonly #engine: Engine<QueryMachine, unknown>
  readonly #config: BreakerConfig
  /** The origins of current queries, and those with recent failures, with their numbers. */
  readonly #origins = new Map<string, number>()
  /** The origins by number. Numbers start at 1. */
  readonly #names: string[] = ['']
  readonly #free: number[] = []

  constructor(engine: Engine<QueryMachine, unknown>, config: BreakerConfig) {
    this.#engine = engine
    this.#config = config
    const { failures = BREAKER_FAILURES, window = BREAKER_WINDOW, openFor = BREAKER_OPEN_FOR } = config
    engine.applyRule(query_set_breakers, {
      failures$: Math.max(failures, 1),
      window$: positive(window),
      openFor$: positive(openFor),
    })
  }

  /** Registers the origin of the fetch `run` with the engine. Throws while its circuit breaker is open. */
  guardRun(query: Query<any, any, any, any>, run: number): void {
    const { meta, options } = query
    const origin = this.#config.origin
      ? this.#config.origin(query)
      : ((meta?.origin ?? (options.queryFn as { origin?: unknown } | undefined)?.origin) as string | undefined)
    if (typeof origin !== 'string') return
    const number = this.#origins.get(origin) ?? this.#free.pop() ?? this.#names.length
    this.#origins.set(origin, number)
    this.#names[number] = origin
    const engine = this.#engine
    engine.applyRule(query_guard, run, number)
    const until = engine.applyRule(query_admit, Date.now(), run)
    if (until) throw new CircuitOpenError(origin, until)
  }

  /** No query uses this origin any more, and its failures are forgotten. */
  forgetOrigin(number: number): void {
    this.#origins.delete(this.#names[number]!)
    this.#free.push(number)
  }

  /** The state of each circuit breaker. */
  list(): BreakerInfo[] {
    const now = Date.now()
    return Array.from(this.#origins, ([origin, number]) => {
      const code = this.#engine.applyRule(query_breaker, now, number)
      const state = code === BREAKER_CLOSED ? 'closed' : code === BREAKER_HALF_OPEN ? 'half-open' : 'open'
      return { origin, state, until: state === 'open' ? code : undefined }
    })
  }
}
