import { noBytes, type QueryEngine } from './engine.js'
import type { QueryStats } from './types.js'

/** The figures of an engine; all zero if it was never started. */
export function readStats(engine: QueryEngine | undefined): QueryStats {
  // The order of `figure` in crates/npm/src/query/queries.rs.
  const figure = (which: number) => engine?.exports.query_figure(engine.machine, which) ?? 0
  const count = figure(9)
  const reads = figure(0) + figure(1) + figure(2)
  return {
    hits: figure(0),
    misses: figure(1),
    staleServed: figure(2),
    deduplicated: figure(3),
    fetches: figure(4),
    errors: figure(5),
    retries: figure(6),
    evictions: figure(7),
    bytes: { ...(engine?.bytes ?? noBytes()) },
    hitRate: reads ? figure(8) : undefined,
    fetchLatency: count
      ? { count, sum: figure(10), max: figure(11), p50: figure(12), p95: figure(13), p99: figure(14) }
      : undefined,
  }
}
