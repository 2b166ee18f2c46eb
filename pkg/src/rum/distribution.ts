// Measurements of one name: single ones while they are few, then an exponential histogram.
import { VALUES } from '../boundary/rum.js'
import { HistogramField } from '../boundary/vitals.js'
import { round } from './text.js'
import { engine } from './wasm.js'

/** Histograms that nobody uses now. */
const spare: number[] = []

/** A histogram as a beacon has it. */
export interface HistogramData {
  scale: number
  zero?: number
  sum: number
  min: number
  max: number
  offset: number
  counts: number[]
}

export class Distribution {
  #values: number[] = []
  #histogram: number | undefined
  count = 0

  record(value: number): void {
    const wasm = engine()
    this.count++
    if (this.#histogram === undefined && (this.#values.length < VALUES || !wasm)) {
      // Without wasm the first ones are all there is.
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

  /** A number, or some, while they are few. */
  single(): number | number[] | undefined {
    return this.#histogram !== undefined ? undefined : this.#values.length === 1 ? this.#values[0] : this.#values
  }

  /** What there is once they are many. */
  data(): HistogramData | undefined {
    const wasm = engine()
    const histogram = this.#histogram
    if (histogram === undefined || !wasm) return undefined
    const field = (index: number) => wasm.histogram_field(histogram, index)
    const counts: number[] = []
    // A run of n empty buckets is written as -n.
    for (let bucket = 0, length = field(HistogramField.BUCKETS); bucket < length; bucket++) {
      const count = field(HistogramField.COUNTS + bucket)
      const last = counts.length - 1
      if (count) counts.push(count)
      else if (counts[last]! < 0) counts[last]!--
      else counts.push(-1)
    }
    const zero = field(HistogramField.ZERO)
    const sums = { sum: round(field(HistogramField.SUM)), min: round(field(HistogramField.MIN)), max: round(field(HistogramField.MAX)) }
    return { scale: field(HistogramField.SCALE), ...(zero && { zero }), ...sums, offset: field(HistogramField.OFFSET), counts }
  }

  /** Gives the histogram back. */
  free(): void {
    if (this.#histogram === undefined) return
    engine()?.histogram_clear(this.#histogram)
    spare.push(this.#histogram)
    this.#histogram = undefined
  }
}
