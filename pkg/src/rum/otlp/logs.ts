// The events of a beacon as log records, by OpenTelemetry's semantic conventions for browsers: vitals, navigation, errors.
import type { Beacon } from './beacon.js'
import { attributes, double, integer, nanos, optional, text, type AnyValue, type KeyValue } from './value.js'

export interface LogRecord {
  timeUnixNano: string
  observedTimeUnixNano: string
  severityNumber: number
  severityText: string
  eventName: string
  attributes: KeyValue[]
}

const INFO = { severityNumber: 9, severityText: 'INFO' }
const ERROR = { severityNumber: 17, severityText: 'ERROR' }
/** The number of page views whose last vitals are kept, to compute deltas. */
const VIEWS = 32

/** Converts beacons to log records. Keeps the last value of each vital, because the conventions want a delta. */
export function logs(): (beacon: Beacon) => LogRecord[] {
  const lastValues = new Map<string, number>()
  return (beacon) => {
    const at = nanos(beacon.sentAt)
    const page: Record<string, AnyValue> = {
      'url.template': text(beacon.page),
      'whippet.view.id': text(beacon.view),
    }
    const record = (eventName: string, severity: typeof INFO, values: Record<string, AnyValue | undefined>): LogRecord => ({
      timeUnixNano: at,
      observedTimeUnixNano: at,
      ...severity,
      eventName,
      attributes: attributes({ ...values, ...page }),
    })
    const records = Object.entries(beacon.vitals ?? {}).map(([name, { value, rating = 'good', target, url }]) => {
      const id = `${beacon.view}-${name}`
      const delta = value - (lastValues.get(id) ?? 0)
      lastValues.delete(id)
      lastValues.set(id, value)
      return record('browser.web_vital', INFO, {
        'browser.web_vital.name': text(name.toLowerCase()),
        'browser.web_vital.value': double(value),
        'browser.web_vital.delta': double(delta),
        'browser.web_vital.rating': text(rating),
        'browser.web_vital.id': text(id),
        'browser.web_vital.navigation_type': text(beacon.navigation),
        'whippet.web_vital.target': optional(target),
        'whippet.web_vital.url': optional(url),
      })
    })
    for (const id of lastValues.keys()) if (lastValues.size > 5 * VIEWS) lastValues.delete(id)

    const phases = Object.entries(beacon.phases ?? {}).map(
      ([phase, ms]) => [`browser.navigation_timing.${phase}`, double(ms)] as const,
    )
    if (phases.length) records.push(record('browser.navigation_timing', INFO, Object.fromEntries(phases)))

    for (const { message = '', source, stack, fingerprint, count = 1 } of beacon.errors ?? []) {
      const [, type] = /^(?:Uncaught )?(\w*(?:Error|Exception))\b/.exec(message) ?? []
      records.push(
        record('exception', ERROR, {
          'exception.type': optional(type),
          'exception.message': text(message),
          'exception.stacktrace': optional(stack || source),
          'whippet.exception.fingerprint': optional(fingerprint),
          'whippet.exception.count': integer(count),
        }),
      )
    }
    return records
  }
}
