// The values of one timing: up to `VALUES` as they are, more as an exponential histogram.
import type { HistogramData } from './beacon.js'
import { VALUES } from '../boundary/rum.js'
import { HistogramField } from '../boundary/vitals.js'
import { histogramEngine } from './histogramEngine.js'

/** Handles of cleared histograms, to be used again: the module cannot free memory. */
const spare: number[] = []

export class Distribution {
  #values: number[] = []
  #handle: number | undefined

  /** Adds a value, and returns this distribution. */
  record(value: number): this {
    // Without wasm only the first values are kept.
    const wasm = this.#values.length < VALUES && this.#handle === undefined ? undefined : histogramEngine()
    if (wasm) {
      this.#handle ??= spare.pop() ?? wasm.histogram_create()
      for (const each of [...this.#values.splice(0), value]) wasm.histogram_record(this.#handle, each)
    } else if (this.#values.length < VALUES) this.#values.push(value)
    return this
  }

  /** One value, or a list, while there is no histogram. */
  get values(): number | number[] {
    return this.#values.length === 1 ? this.#values[0]! : this.#values
  }

  get histogram(): HistogramData | undefined {
    const handle = this.#handle
    if (handle === undefined) return undefined
    const read = (field: number) => histogramEngine()!.histogram_field(handle, field)
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
  }

  /** Releases the histogram. */
  free(): void {
    if (this.#handle === undefined) return
    histogramEngine()!.histogram_clear(this.#handle)
    spare.push(this.#handle)
    this.#handle = undefined
  }
}
