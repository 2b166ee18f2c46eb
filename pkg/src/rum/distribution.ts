// The values of one timing: up to `VALUES` as they are, more as an exponential histogram.
import type { HistogramData } from './beacon.js'
import { VALUES } from '../boundary/rum.js'
import { HistogramField } from '../boundary/vitals.js'
import { round } from './lib/format.js'
import { histogramEngine } from './histogramEngine.js'

/** Handles of cleared histograms, to be used again: the module cannot free memory. */
const spare: number[] = []

export class Distribution {
  #values: number[] = []
  #histogram: number | undefined
  count = 0

  record(value: number): void {
    const wasm = histogramEngine()
    this.count++
    if (this.#histogram === undefined && (this.#values.length < VALUES || !wasm)) {
      // Without wasm only the first values are kept.
      if (this.#values.length < VALUES) this.#values.push(round(value))
      return
    }
    if (!wasm) return
    if (this.#histogram === undefined) {
      this.#histogram = spare.pop() ?? wasm.histogram_create()
      for (const before of this.#values.splice(0)) wasm.histogram_record(this.#histogram, before)
    }
    wasm.histogram_record(this.#histogram, value)
  }

  /** One value, or a list, while there is no histogram. */
  values(): number | number[] | undefined {
    return this.#histogram !== undefined ? undefined : this.#values.length === 1 ? this.#values[0] : this.#values
  }

  histogram(): HistogramData | undefined {
    const wasm = histogramEngine()
    const histogram = this.#histogram
    if (histogram === undefined || !wasm) return undefined
    const read = (field: number) => wasm.histogram_field(histogram, field)
    const counts: number[] = []
    // A run of n empty buckets is written as -n.
    for (let bucket = 0, length = read(HistogramField.BUCKETS); bucket < length; bucket++) {
      const count = read(HistogramField.COUNTS + bucket)
      const last = counts.length - 1
      if (count) counts.push(count)
      else if (counts[last]! < 0) counts[last]!--
      else counts.push(-1)
    }
    const zero = read(HistogramField.ZERO)
    const sums = { sum: round(read(HistogramField.SUM)), min: round(read(HistogramField.MIN)), max: round(read(HistogramField.MAX)) }
    return { scale: read(HistogramField.SCALE), ...(zero && { zero }), ...sums, offset: read(HistogramField.OFFSET), counts }
  }

  /** Releases the histogram. */
  free(): void {
    if (this.#histogram === undefined) return
    histogramEngine()?.histogram_clear(this.#histogram)
    spare.push(this.#histogram)
    this.#histogram = undefined
  }
}
