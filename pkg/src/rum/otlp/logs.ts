// The events of a beacon as log records, by OpenTelemetry's semantic conventions for browsers: vitals, navigation, errors.
import type { Beacon } from './beacon.js'
import { attributes, int64, nanos, type KeyValue, type Values } from './value.js'

export interface LogRecord {
  timeUnixNano: string
  observedTimeUnixNano: string
  severityNumber: number
  severityText: string
  eventName: string
  attributes: KeyValue[]
}

const INFO = 9
const ERROR = 17
/** The number of page views whose last vitals are kept, to compute deltas. */
const VIEWS = 32

/** Converts beacons to log records. Keeps the last value of each vital, because the conventions want a delta. */
export function logs(): (beacon: Beacon) => LogRecord[] {
  const lastValues = new Map<string, number>()
  return ({ sentAt, page, view, navigation, vitals = {}, phases, errors = [] }) => {
    const at = nanos(sentAt)
    const records: LogRecord[] = []
    /** `values` by the names of the conventions, after the event's; `more` after `whippet.` and the event's. */
    const record = (eventName: string, severityNumber: number, values: Values, more: Values = {}) => {
      records.push({
        timeUnixNano: at,
        observedTimeUnixNano: at,
        severityNumber,
        severityText: severityNumber === INFO ? 'INFO' : 'ERROR',
        eventName,
        attributes: [
          ...attributes(values, `${eventName}.`),
          ...attributes(more, `whippet.${eventName.replace('browser.', '')}.`),
          ...attributes({ 'url.template': page, 'whippet.view.id': view }),
        ],
      })
    }
    for (const [name, { value, rating = 'good', target, url }] of Object.entries(vitals)) {
      const id = `${view}-${name}`
      const delta = value - (lastValues.get(id) ?? 0)
      lastValues.delete(id)
      lastValues.set(id, value)
      record(
        'browser.web_vital',
        INFO,
        { name: name.toLowerCase(), value, delta, rating, id, navigation_type: navigation },
        { target: target || undefined, url: url || undefined },
      )
    }
    for (const id of lastValues.keys()) if (lastValues.size > 5 * VIEWS) lastValues.delete(id)
    if (phases && Object.keys(phases).length) record('browser.navigation_timing', INFO, phases)
    for (const { message = '', source, stack, fingerprint, count = 1 } of errors) {
      const [, type] = /^(?:Uncaught )?(\w*(?:Error|Exception))\b/.exec(message) ?? []
      record(
        'exception',
        ERROR,
        { type: type || undefined, message, stacktrace: stack || source || undefined },
        { fingerprint: fingerprint || undefined, count: { intValue: int64(count) } },
      )
    }
    return records
  }
}
