// OTLP's exponential histograms: dense bucket counts, at a scale that needs at most `MAX_BUCKETS` buckets.
import { MAX_BUCKETS, MAX_SCALE, ZERO_THRESHOLD } from '../../boundary/vitals.js'
import type { Histogram } from './beacon.js'
import { int64 } from './value.js'

export interface ExponentialHistogram {
  count: string
  sum: number
  min: number
  max: number
  scale: number
  zeroCount: string
  zeroThreshold: number
  positive: { offset: number; bucketCounts: string[] }
}

/** Converts a histogram of a beacon, where a negative count is a run of that many empty buckets. */
export function fromHistogram({ scale, zero = 0, sum, min, max, offset, counts }: Histogram): ExponentialHistogram {
  const dense = counts.flatMap((count) => (count < 0 ? new Array<number>(-count).fill(0) : [count]))
  return histogram(scale, zero, sum, min, max, offset, dense)
}

/** Builds a histogram from single values. */
export function fromValues(values: number[]): ExponentialHistogram {
  const positive = values.filter((value) => value > ZERO_THRESHOLD)
  const [low, high] = [Math.min(...positive), Math.max(...positive)]
  let scale = MAX_SCALE
  while (index(high, scale) - index(low, scale) >= MAX_BUCKETS) scale--
  const offset = positive.length ? index(low, scale) : 0
  const counts = new Array<number>(positive.length ? index(high, scale) - offset + 1 : 0).fill(0)
  for (const value of positive) counts[index(value, scale) - offset]!++
  const sum = values.reduce((sum, value) => sum + value, 0)
  const zero = values.length - positive.length
  return histogram(scale, zero, sum, Math.min(...values), Math.max(...values), offset, counts)
}

/** The bucket of a value: 2^(index / 2^scale) < value <= 2^((index + 1) / 2^scale). */
function index(value: number, scale: number): number {
  return Math.ceil(Math.log2(value) * 2 ** scale) - 1
}

function histogram(
  scale: number,
  zero: number,
  sum: number,
  min: number,
  max: number,
  offset: number,
  counts: number[],
): ExponentialHistogram {
  const count = counts.reduce((sum, count) => sum + count, zero)
  const positive = { offset, bucketCounts: counts.map(int64) }
  return { count: int64(count), sum, min, max, scale, zeroCount: int64(zero), zeroThreshold: ZERO_THRESHOLD, positive }
}
