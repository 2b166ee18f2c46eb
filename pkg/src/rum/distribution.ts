// The values of one timing: up to `VALUES` as they are, more as an exponential histogram.
import type { HistogramData } from './beacon.js'
import { VALUES } from '../boundary/rum.js'
import { HistogramField } from '../boundary/vitals.js'
import { histogramEngine } from './histogramEngine.js'

/** Handles of cleared histograms, to be used again: the module cannot free memory. */
const spare: number[] = []

export interface Distribution {
  record(value: number): void
  /** One value, or a list, while there is no histogram. */
  values(): number | number[]
  histogram(): HistogramData | undefined
  /** Releases the histogram. */
  free(): void
}

export function createDistribution(): Distribution {
  let values: number[] = []
  let handle: number | undefined
  return {
    record(value) {
      // Without wasm only the first values are kept.
      const wasm = values.length < VALUES && handle === undefined ? undefined : histogramEngine()
      if (wasm) {
        handle ??= spare.pop() ?? wasm.histogram_create()
        for (const each of [...values, value]) wasm.histogram_record(handle, each)
        values = []
      } else if (values.length < VALUES) values.push(value)
    },
    values: () => (values.length === 1 ? values[0]! : values),
    histogram() {
      if (handle === undefined) return undefined
      const read = (field: number) => histogramEngine()!.histogram_field(handle!, field)
      const counts: number[] = []
      // A run of n empty buckets is written as -n.
      for (let bucket = 0; bucket < read(HistogramField.BUCKETS); bucket++) {
        const count = read(HistogramField.COUNTS + bucket)
        const last = counts.length - 1
        if (!count && counts[last]! < 0) counts[last]!--
        else counts.push(count || -1)
      }
      return {
        scale: read(HistogramField.SCALE),
        zero: read(HistogramField.ZERO) || undefined,
        sum: read(HistogramField.SUM),
        min: read(HistogramField.MIN),
        max: read(HistogramField.MAX),
        offset: read(HistogramField.OFFSET),
        counts,
      }
    },
    free() {
      if (handle === undefined) return
      histogramEngine()!.histogram_clear(handle)
      spare.push(handle)
      handle = undefined
    },
  }
}
