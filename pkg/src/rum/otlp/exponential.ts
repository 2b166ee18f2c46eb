// Exponential histograms as OTLP has them: dense counts, and a scale at which there are not too many.
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

/** Of a histogram in a beacon, where a negative count stands for so many empty buckets. */
export function ofHistogram({ scale, zero = 0, sum, min, max, offset, counts }: Histogram): ExponentialHistogram {
  const dense = counts.flatMap((count) => (count < 0 ? new Array<number>(-count).fill(0) : [count]))
  return histogram(scale, zero, sum, min, max, offset, dense)
}

/** Of single values. */
export function ofValues(values: number[]): ExponentialHistogram {
  const some = values.filter((value) => value > ZERO_THRESHOLD)
  const [low, high] = [Math.min(...some), Math.max(...some)]
  let scale = MAX_SCALE
  while (index(high, scale) - index(low, scale) >= MAX_BUCKETS) scale--
  const offset = some.length ? index(low, scale) : 0
  const counts = new Array<number>(some.length ? index(high, scale) - offset + 1 : 0).fill(0)
  for (const value of some) counts[index(value, scale) - offset]!++
  const sum = values.reduce((sum, value) => sum + value, 0)
  const zero = values.length - some.length
  return histogram(scale, zero, sum, Math.min(...values), Math.max(...values), offset, counts)
}

/** The bucket of a value: it is above 2^(index/2^scale), and no more than the next bound. */
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
