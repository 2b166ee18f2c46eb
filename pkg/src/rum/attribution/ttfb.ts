import { observeTTFB } from '../vitals/onTTFB.js'
import type { ObserveOpts, TTFBMetric } from '../vitals/types.js'
import { attributed, type Attributed, type AttributedCallback } from './attributed.js'

export interface AttributedTTFB extends Attributed {
  /** Before the request, in the cache, for the name, for the connection, and from the request on. */
  phases$: [number, number, number, number, number]
}

/** Like `observeTTFB`, with the phases. */
export const observeAttributedTTFB = (callback: AttributedCallback<TTFBMetric, AttributedTTFB>, opts: ObserveOpts): void =>
  observeTTFB(attributed(callback, attribute), opts)

function attribute({ entries: [entry], value }: TTFBMetric): AttributedTTFB {
  // A soft navigation requests no page from a server.
  if (!entry || !('responseStart' in entry)) return { phases$: [0, 0, 0, 0, 0] }
  const since = (time: number) => Math.max(time - (entry.activationStart || 0), 0)
  const waited = since(entry.workerStart || entry.fetchStart || 0)
  const lookup = since(entry.domainLookupStart)
  const connect = since(entry.connectStart)
  const connected = since(entry.connectEnd)
  return { phases$: [waited, lookup - waited, connect - lookup, connected - connect, value - connected] }
}
