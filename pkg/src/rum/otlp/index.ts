// `whippet/rum/otlp`: sends beacons as OTLP/HTTP in JSON to an OpenTelemetry collector.
import { stringify } from '../lib/stringify.js'
import type { Format, Request } from '../send/index.js'
import { readBeacon, type Beacon } from './beacon.js'
import { logs } from './logs.js'
import { metrics } from './metrics.js'
import { attributes } from './value.js'

export type { Format as BeaconFormat, Request as BeaconRequest } from '../send/index.js'

export interface OtlpOptions {
  /** Additional resource attributes, such as `deployment.environment.name`. */
  attributes?: Record<string, string>
  /** Additional request headers, such as an API key. */
  headers?: Record<string, string>
  /** Send vitals, errors and the phases of the navigation as log records. Default: `true`. */
  logs?: boolean
  /** Send counters, gauges, timings, resources and scripts as metrics. Default: `true`. */
  metrics?: boolean
}

/**
 * Returns the option `format` of `startRum` for an OTLP/HTTP `endpoint`, such as `https://otel.example:4318`. Log records
 * are sent to its `/v1/logs`, metrics to its `/v1/metrics`. Both are `application/json`, which needs a CORS preflight: the
 * collector must allow the page's origin and the header `content-type` (its setting `cors`).
 */
export function otlp(options: OtlpOptions = {}): Format {
  const toLogs = logs()
  let last = 0
  return (beaconText, endpoint) => {
    const beacon = readBeacon(beaconText)
    const start = last || performance.timeOrigin
    last = beacon.sentAt
    const resource = { attributes: resourceAttributes(beacon, options.attributes) }
    const requests: Request[] = []
    /** One request to `/v1/logs` has `resourceLogs`, in which are `scopeLogs`, in which are `logRecords`. */
    const request = (path: 'logs' | 'metrics', list: string, items: object[]) => {
      if (!items.length) return
      const kind = path === 'logs' ? 'Logs' : 'Metrics'
      const scope = { scope: { name: 'whippet' }, [list]: items }
      requests.push({
        url: `${endpoint.replace(/\/+$/, '')}/v1/${path}`,
        body: stringify({ [`resource${kind}`]: [{ resource, [`scope${kind}`]: [scope] }] })!,
        type: 'application/json',
        headers: options.headers,
      })
    }
    if (options.logs !== false) request('logs', 'logRecords', toLogs(beacon))
    if (options.metrics !== false) request('metrics', 'metrics', metrics(beacon, Math.min(start, beacon.sentAt)))
    return requests
  }
}

/** The resource attributes: service, session, browser. */
const resourceAttributes = (beacon: Beacon, more?: Record<string, string>) =>
  attributes({
    'service.name': beacon.app,
    'service.version': beacon.release || undefined,
    'session.id': beacon.session,
    'telemetry.sdk.name': 'whippet',
    'telemetry.sdk.language': 'webjs',
    'browser.mobile': beacon.device !== 'desktop',
    'browser.language': globalThis.navigator?.language || undefined,
    'device.type': beacon.device,
    'network.connection.subtype': beacon.connection || undefined,
    'whippet.device.memory': beacon.memory,
    'whippet.sample_rate': beacon.sampleRate,
    ...more,
  })
