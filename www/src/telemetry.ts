// Measures this page view, and sends beacons to the collector.
import { stats as jsonStats } from 'whippet/json/delta'
import { startRum } from 'whippet/rum'
import { stats as timingStats } from 'whippet/timing'
import { part } from './dom'
import type { Parts } from './figures'

/** Short, so that the dashboard shows a session while it lasts; a real site would wait longer. */
const FLUSH_EVERY_MS = 5_000

export async function startTelemetry(parts: Parts): Promise<void> {
  const response = await fetch('/config.json')
  if (!response.ok) throw new Error(`/config.json: the server answered ${response.status}`)
  const { collector, release } = (await response.json()) as { collector: string; release: string }
  part<HTMLAnchorElement>('dashboard-link').href = `${collector}/`
  parts.rum = startRum({
    endpoint: `${collector}/v1/beacons`,
    app: 'demo',
    release,
    flushInterval: FLUSH_EVERY_MS,
    client: parts.client,
    counters: () => counters(parts),
  })
}

function counters({ images }: Parts): Record<string, number> {
  const json = jsonStats()
  const pacing = timingStats()
  const icons = images?.stats()
  return {
    ...(json.wire === undefined ? {} : { 'json.bytes_wire': json.wire }),
    'json.bytes_received': json.received,
    'json.bytes_compared': json.compared,
    'json.bytes_parsed': json.parsed,
    'json.bytes_spared': json.spared,
    'pace.calls': pacing.calls,
    'pace.invocations': pacing.invocations,
    'lazy.loaded': icons?.loaded ?? 0,
    'lazy.failed': icons?.failed ?? 0,
  }
}
