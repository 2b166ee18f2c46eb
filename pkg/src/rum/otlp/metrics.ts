// A beacon's figures as OTLP metrics. All are deltas: what is new since the page's last beacon.
import type { Beacon } from './beacon.js'
import { ofHistogram, ofValues, type ExponentialHistogram } from './exponential.js'
import { attributes, int64, nanos, text, type AnyValue, type KeyValue } from './value.js'

/** AGGREGATION_TEMPORALITY_DELTA: OTLP's JSON has enums as numbers. */
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

/** The metrics of a beacon, of what happened since `start`, ms since the Unix epoch. */
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
    if (values.length) all.push(distribution(name, ofValues(values)))
  }
  for (const [phase, ms] of Object.entries(beacon.phases ?? {})) {
    all.push(distribution(`navigation.${phase}`, ofValues([ms])))
  }
  for (const [name, histogram] of Object.entries(beacon.histograms ?? {})) {
    all.push(distribution(name, ofHistogram(histogram)))
  }
  for (const [name, value] of Object.entries(beacon.gauges ?? {})) {
    all.push({ name, unit: '1', gauge: { dataPoints: [{ ...point(), asDouble: value }] } })
  }
  /** One metric with a point for each of `items` that has something to say. */
  const table = <T>(
    name: string,
    unit: string,
    items: T[],
    value: (item: T) => number | undefined,
    of: (item: T) => Record<string, AnyValue>,
  ) => {
    const points = items.flatMap((item) => {
      const number = value(item)
      if (!number) return []
      return [{ ...point(of(item)), ...(unit === 'ms' ? { asDouble: number } : { asInt: int64(number) }) }]
    })
    if (points.length) all.push(sum(name, unit, points))
  }

  const routes = Object.entries(beacon.routes ?? {})
  table('browser.route.views', '1', routes, ([, count]) => count, ([path]) => ({ 'url.template': text(path) }))

  const resources = Object.entries(beacon.resources ?? {}).flatMap(([host, kinds]) =>
    Object.entries(kinds).map(([kind, sums]) => ({ host, kind, sums })),
  )
  for (const [what, unit] of [['count', '1'], ['bytes', 'By'], ['cached', '1'], ['failed', '1'], ['duration', 'ms']] as const) {
    table(`browser.resource_timing.${what}`, unit, resources, ({ sums }) => sums[what], ({ host, kind }) => ({
      'server.address': text(host),
      'browser.resource_timing.kind': text(kind),
    }))
  }
  for (const [what, unit] of [['count', '1'], ['duration', 'ms'], ['forced', 'ms']] as const) {
    table(`browser.script.${what}`, unit, beacon.scripts ?? [], (script) => script[what], ({ source = '', invoker = '' }) => ({
      'code.file.path': text(source),
      'browser.script.invoker': text(invoker),
    }))
  }
  table('whippet.dropped', '1', Object.entries(beacon.drops ?? {}), ([, count]) => count, ([kind]) => ({ kind: text(kind) }))
  return all
}
