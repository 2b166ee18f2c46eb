// The measurements of a beacon as OTLP metrics. All have delta temporality: the increase since the page's last beacon.
import { MAX_BUCKETS, MAX_SCALE, ZERO_THRESHOLD } from '../../boundary/vitals.js'
import type { HistogramData } from '../beacon.js'
import type { Beacon } from './beacon.js'
import { attributes, int64, nanos, type KeyValue, type Values } from './value.js'

/** AGGREGATION_TEMPORALITY_DELTA. OTLP's JSON encodes enums as numbers. */
const DELTA = 1

interface Point {
  attributes: KeyValue[]
  startTimeUnixNano: string
  timeUnixNano: string
}
interface ExponentialHistogram {
  count: string
  sum: number
  min: number
  max: number
  scale: number
  zeroCount: string
  zeroThreshold: number
  positive: { offset: number; bucketCounts: string[] }
}
type Kind = 'sum' | 'gauge' | 'exponentialHistogram'
type Data = { asInt: string } | { asDouble: number } | ExponentialHistogram

export interface Metric {
  name: string
  unit: string
  sum?: { aggregationTemporality: number; isMonotonic: boolean; dataPoints: Point[] }
  gauge?: { dataPoints: Point[] }
  exponentialHistogram?: { aggregationTemporality: number; dataPoints: Point[] }
}

/** Converts a beacon to metrics for the time since `start`, ms since the Unix epoch. */
export function metrics(beacon: Beacon, start: number): Metric[] {
  const all: Metric[] = []
  const add = (kind: Kind, name: string, unit: string, points: [Data, Values?][]) => {
    const dataPoints = points.map(([data, values]) => ({
      attributes: attributes({ 'url.template': beacon.page, ...values }),
      startTimeUnixNano: nanos(start),
      timeUnixNano: nanos(beacon.sentAt),
      ...data,
    }))
    const about = {
      ...(kind !== 'gauge' && { aggregationTemporality: DELTA }),
      ...(kind === 'sum' && { isMonotonic: true }),
    }
    if (points.length) all.push({ name, unit, [kind]: { ...about, dataPoints } })
  }
  const histogram = (name: string, data: HistogramData) => add('exponentialHistogram', name, 'ms', [[toOtlp(data)]])
  const values = (name: string, value: number | number[]) => {
    const values = [value].flat()
    if (values.length) histogram(name, fromValues(values))
  }
  const { counters, timings, phases, histograms, gauges, routes, resources, scripts = [], drops } = beacon
  for (const [name, count] of entries(counters)) add('sum', name, unitOf(name), [[{ asInt: int64(count) }]])
  for (const [name, value] of entries(timings)) values(name, value)
  for (const [phase, ms] of entries(phases)) values(`navigation.${phase}`, ms)
  for (const [name, data] of entries(histograms)) histogram(name, data)
  for (const [name, value] of entries(gauges)) add('gauge', name, '1', [[{ asDouble: value }]])

  /** Adds a sum for each member, with a point for each item where that is not 0. */
  const sums = (prefix: string, members: string, items: [values: Values, item: object][]) => {
    for (const member of members.split(' ')) {
      const isTime = /duration|forced/.test(member)
      const points = items.flatMap(([values, item]) => {
        const value = (item as Record<string, number>)[member]
        return value ? [[isTime ? { asDouble: value } : { asInt: int64(value) }, values] as [Data, Values]] : []
      })
      add('sum', prefix + member, isTime ? 'ms' : unitOf(member), points)
    }
  }
  sums(
    'browser.route.',
    'views',
    entries(routes).map(([path, views]) => [{ 'url.template': path }, { views }]),
  )
  sums(
    'browser.resource_timing.',
    'count bytes cached failed duration',
    entries(resources).flatMap(([host, kinds]) =>
      entries(kinds).map(([kind, sums]): [Values, object] => [
        { 'server.address': host, 'browser.resource_timing.kind': kind },
        sums,
      ]),
    ),
  )
  sums(
    'browser.script.',
    'count duration forced',
    scripts.map((script) => [{ 'code.file.path': script.source ?? '', 'browser.script.invoker': script.invoker ?? '' }, script]),
  )
  sums(
    'whippet.',
    'dropped',
    entries(drops).map(([kind, dropped]) => [{ kind }, { dropped }]),
  )
  return all
}

const entries = <T>(members: Record<string, T> = {}): [string, T][] => Object.entries(members)

const unitOf = (name: string) => (name.includes('bytes') ? 'By' : '1')

/** The histogram of single values, at a scale that needs at most `MAX_BUCKETS` buckets. */
function fromValues(values: number[]): HistogramData {
  const positive = values.filter((value) => value > ZERO_THRESHOLD)
  let scale = MAX_SCALE
  /** The bucket of a value: 2^(bucket / 2^scale) < value <= 2^((bucket + 1) / 2^scale). */
  const bucket = (value: number) => Math.ceil(Math.log2(value) * 2 ** scale) - 1
  const [low, high] = [Math.min(...positive), Math.max(...positive)]
  while (bucket(high) - bucket(low) >= MAX_BUCKETS) scale--
  const offset = positive.length && bucket(low)
  const counts = new Array<number>(positive.length && bucket(high) - offset + 1).fill(0)
  for (const value of positive) counts[bucket(value) - offset]!++
  return {
    scale,
    zero: values.length - positive.length,
    sum: values.reduce((sum, value) => sum + value, 0),
    min: Math.min(...values),
    max: Math.max(...values),
    offset,
    counts,
  }
}

/** A negative count is a run of that many empty buckets. */
function toOtlp({ scale, zero = 0, sum, min, max, offset, counts }: HistogramData): ExponentialHistogram {
  const dense = counts.flatMap((count) => (count < 0 ? new Array<number>(-count).fill(0) : [count]))
  return {
    count: int64(dense.reduce((sum, count) => sum + count, zero)),
    sum,
    min,
    max,
    scale,
    zeroCount: int64(zero),
    zeroThreshold: ZERO_THRESHOLD,
    positive: { offset, bucketCounts: dense.map(int64) },
  }
}
