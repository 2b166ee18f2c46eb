// The values of one timing: up to `VALUES` as they are, more as an exponential histogram.
import type { HistogramData } from './beacon.js'
import { VALUES } from '../boundary/rum.js'
import {
  type DenseHistogram,
  denseHistogramBuckets,
  denseHistogramCount,
  denseHistogramNew,
  denseHistogramOffset,
  denseHistogramRecord,
  denseHistogramScale,
} from '../rules/histogram.js'

export interface Distribution {
  record$(value: number): void
  /** One value, or a list, while there is no histogram. */
  values$(): number | number[]
  histogram$(): HistogramData | undefined
}

export function createDistribution(): Distribution {
  let values: number[] = []
  let all: DenseHistogram | undefined
  return {
    record$(value) {
      if (!all && values.length < VALUES) values.push(value)
      else {
        all ??= denseHistogramNew()
        for (const each of [...values, value]) denseHistogramRecord(all, each)
        values = []
      }
    },
    values$: () => (values.length === 1 ? values[0]! : values),
    histogram$() {
      if (!all) return undefined
      const counts: number[] = []
      // A run of n empty buckets is written as -n.
      for (let bucket = 0; bucket < denseHistogramBuckets(all); bucket++) {
        const count = denseHistogramCount(all, bucket)
        const last = counts.length - 1
        if (!count && counts[last]! < 0) counts[last]!--
        else counts.push(count || -1)
      }
      return {
        scale: denseHistogramScale(all),
        zero: all.zero$ || undefined,
        sum: all.sum$,
        min: all.min$,
        max: all.max$,
        offset: denseHistogramOffset(all),
        counts,
      }
    },
  }
}
