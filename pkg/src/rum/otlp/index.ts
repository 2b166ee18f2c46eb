// `whippet/rum/otlp`: sends beacons as OTLP/HTTP in JSON to an OpenTelemetry collector.
import { stringify } from '../lib/stringify.js'
import type { Format, Request } from '../send/index.js'
import { readBeacon, type Beacon } from './beacon.js'
import { logs } from './logs.js'
import { metrics } from './metrics.js'
import { attributes, double, flag, optional, text, type AnyValue } from './value.js'

export interface OtlpOptions {
  /** Additional resource attributes, such as `deployment.environment.name`. */
  attributes?: Record<string, string>
  /** Additional request headers, such as an API key. */
  headers?: Record<string, string>
  /** Send vitals and errors as log records. Default: `true`. */
  logs?: boolean
  /** Send counters, gauges and timings as metrics. Default: `true`. */
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
    const scope = { name: 'whippet' }
    const requests: Request[] = []
    const request = (path: string, document: unknown) => {
      const url = endpoint.replace(/\/+$/, '') + path
      requests.push({ url, body: stringify(document)!, type: 'application/json', headers: options.headers })
    }
    const logRecords = options.logs === false ? [] : toLogs(beacon)
    if (logRecords.length) request('/v1/logs', { resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords }] }] })
    const points = options.metrics === false ? [] : metrics(beacon, Math.min(start, beacon.sentAt))
    if (points.length) {
      request('/v1/metrics', { resourceMetrics: [{ resource, scopeMetrics: [{ scope, metrics: points }] }] })
    }
    return requests
  }
}

/** The resource attributes: service, session, browser. */
function resourceAttributes(beacon: Beacon, more: Record<string, string> = {}) {
  const own: Record<string, AnyValue | undefined> = {
    'service.name': text(beacon.app),
    'service.version': optional(beacon.release),
    'session.id': text(beacon.session),
    'telemetry.sdk.name': text('whippet'),
    'telemetry.sdk.language': text('webjs'),
    'browser.mobile': flag(beacon.device !== 'desktop'),
    'browser.language': optional(globalThis.navigator?.language),
    'device.type': text(beacon.device),
    'network.connection.subtype': optional(beacon.connection),
    'whippet.device.memory': beacon.memory === undefined ? undefined : double(beacon.memory),
    'whippet.sample_rate': beacon.sampleRate === undefined ? undefined : double(beacon.sampleRate),
  }
  const added = Object.entries(more).map(([key, value]) => [key, text(value)] as const)
  return attributes({ ...own, ...Object.fromEntries(added) })
}
