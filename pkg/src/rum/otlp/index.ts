// `whippet/rum/otlp`: beacons as OTLP/HTTP in JSON, for those who run an OpenTelemetry collector already.
import { json } from '../json.js'
import type { Format, Request } from '../send/index.js'
import { readBeacon, type Beacon } from './beacon.js'
import { logs } from './logs.js'
import { metrics } from './metrics.js'
import { attributes, double, flag, optional, text, type AnyValue } from './value.js'

export interface OtlpOptions {
  /** Further attributes of the resource, such as `deployment.environment.name`. */
  attributes?: Record<string, string>
  /** Further headers, such as an API key's. */
  headers?: Record<string, string>
  /** Whether vitals and errors are sent, as log records. Default: `true`. */
  logs?: boolean
  /** Whether counts and distributions are sent, as metrics. Default: `true`. */
  metrics?: boolean
}

/**
 * The `format` of `startRum` for an `endpoint` that takes OTLP/HTTP, such as `https://otel.example:4318`: log records
 * go to its `/v1/logs`, metrics to its `/v1/metrics`. They are `application/json`, which browsers ask for with a
 * preflight: the collector has to allow the page's origin and the header `content-type` (its setting `cors`).
 */
export function otlp(options: OtlpOptions = {}): Format {
  const toLogs = logs()
  let last = 0
  return (beaconText, endpoint) => {
    const beacon = readBeacon(beaconText)
    const start = last || performance.timeOrigin
    last = beacon.sentAt
    const resource = { attributes: describe(beacon, options.attributes) }
    const scope = { name: 'whippet' }
    const requests: Request[] = []
    const request = (path: string, document: unknown) => {
      const url = endpoint.replace(/\/+$/, '') + path
      requests.push({ url, body: json(document)!, type: 'application/json', headers: options.headers })
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

/** Who speaks: service, visit, browser. */
function describe(beacon: Beacon, more: Record<string, string> = {}) {
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
