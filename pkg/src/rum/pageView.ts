import { randomId } from './lib/random.js'
import { Measurements } from './measurements.js'

/** A page view: what all its beacons have in common, and what they are to report. */
export class PageView {
  readonly id = randomId()
  /** What the next beacon reports. */
  batch: Measurements
  /** What is being reported. It stays set where the browser stops the page's scripts meanwhile. */
  sending: Measurements | undefined
  /** Whether its visit reports measurements, and whether it reports errors. */
  sampled = true
  errorsSampled = true
  /** How many beacons it made. */
  sent = 0

  constructor(
    /** The id of its visit. */
    readonly session: string,
    /** The page's route, and its name in beacons. */
    readonly path: string,
    readonly page: string,
    public navigation: string,
    /** When it began, in ms since the document's time origin. */
    readonly start: number,
    /** Called when the batch is so large that it should be sent. */
    private readonly onFull: () => void,
  ) {
    this.batch = new Measurements(onFull)
  }

  /** Begins to report the batch, and a new batch; an interrupted report is repeated instead. */
  take(): Measurements | undefined {
    if (!this.sending && !this.batch.isEmpty()) {
      this.sending = this.batch
      this.batch = new Measurements(this.onFull)
    }
    return this.sending
  }
}
