// The measurements of a beacon as OTLP metrics. All have delta temporality: the increase since the page's last beacon.
import type { Beacon } from './beacon.js'
import { fromHistogram, fromValues, type ExponentialHistogram } from './exponential.js'
import { attributes, int64, nanos, text, type AnyValue, type KeyValue } from './value.js'

/** AGGREGATION_TEMPORALITY_DELTA. OTLP's JSON encodes enums as numbers. */
const DELTA = 1

interface Point {
  attributes: KeyValue[]
  startTimeUnixNano: string
  timeUnixNano: string
}
type NumberPoint = Point & ({ asInt: string } | { asDouble: number })

export interface Metric {
  name: string
  unit: string
  sum?: { aggregationTemporality: number; isMonotonic: boolean; dataPoints: NumberPoint[] }
  gauge?: { dataPoints: NumberPoint[] }
  exponentialHistogram?: { aggregationTemporality: number; dataPoints: (Point & ExponentialHistogram)[] }
}

/** Converts a beacon to metrics for the time since `start`, ms since the Unix epoch. */
export function metrics(beacon: Beacon, start: number): Metric[] {
  const page = { 'url.template': text(beacon.page) }
  const point = (values: Record<string, AnyValue> = {}): Point => ({
    attributes: attributes({ ...page, ...values }),
    startTimeUnixNano: nanos(start),
    timeUnixNano: nanos(beacon.sentAt),
  })
  const sum = (name: string, unit: string, dataPoints: NumberPoint[]): Metric => ({
    name,
    unit,
    sum: { aggregationTemporality: DELTA, isMonotonic: true, dataPoints },
  })
  const distribution = (name: string, histogram: ExponentialHistogram): Metric => ({
    name,
    unit: 'ms',
    exponentialHistogram: { aggregationTemporality: DELTA, dataPoints: [{ ...point(), ...histogram }] },
  })

  const all: Metric[] = []
  for (const [name, count] of Object.entries(beacon.counters ?? {})) {
    const unit = name.includes('bytes') ? 'By' : '1'
    all.push(sum(name, unit, [{ ...point(), asInt: int64(count) }]))
  }
  for (const [name, value] of Object.entries(beacon.timings ?? {})) {
    const values = typeof value === 'number' ? [value] : value
    if (values.length) all.push(distribution(name, fromValues(values)))
  }
  for (const [phase, ms] of Object.entries(beacon.phases ?? {})) {
    all.push(distribution(`navigation.${phase}`, fromValues([ms])))
  }
  for (const [name, histogram] of Object.entries(beacon.histograms ?? {})) {
    all.push(distribution(name, fromHistogram(histogram)))
  }
  for (const [name, value] of Object.entries(beacon.gauges ?? {})) {
    all.push({ name, unit: '1', gauge: { dataPoints: [{ ...point(), asDouble: value }] } })
  }
  /** Adds a sum with one point for each item whose value is not 0. */
  const addSum = <T>(
    name: string,
    unit: string,
    items: T[],
    value: (item: T) => number | undefined,
    attributesOf: (item: T) => Record<string, AnyValue>,
  ) => {
    const points = items.flatMap((item) => {
      const number = value(item)
      if (!number) return []
      return [{ ...point(attributesOf(item)), ...(unit === 'ms' ? { asDouble: number } : { asInt: int64(number) }) }]
    })
    if (points.length) all.push(sum(name, unit, points))
  }

  const routes = Object.entries(beacon.routes ?? {})
  addSum(
    'browser.route.views',
    '1',
    routes,
    ([, count]) => count,
    ([path]) => ({ 'url.template': text(path) }),
  )

  const resources = Object.entries(beacon.resources ?? {}).flatMap(([host, kinds]) =>
    Object.entries(kinds).map(([kind, sums]) => ({ host, kind, sums })),
  )
  for (const [member, unit] of [
    ['count', '1'],
    ['bytes', 'By'],
    ['cached', '1'],
    ['failed', '1'],
    ['duration', 'ms'],
  ] as const) {
    addSum(
      `browser.resource_timing.${member}`,
      unit,
      resources,
      ({ sums }) => sums[member],
      ({ host, kind }) => ({
        'server.address': text(host),
        'browser.resource_timing.kind': text(kind),
      }),
    )
  }
  for (const [member, unit] of [
    ['count', '1'],
    ['duration', 'ms'],
    ['forced', 'ms'],
  ] as const) {
    addSum(
      `browser.script.${member}`,
      unit,
      beacon.scripts ?? [],
      (script) => script[member],
      ({ source = '', invoker = '' }) => ({
        'code.file.path': text(source),
        'browser.script.invoker': text(invoker),
      }),
    )
  }
  addSum(
    'whippet.dropped',
    '1',
    Object.entries(beacon.drops ?? {}),
    ([, count]) => count,
    ([kind]) => ({ kind: text(kind) }),
  )
  return all
}
