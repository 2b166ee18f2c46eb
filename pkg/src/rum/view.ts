// A page view: what is the same in all its beacons, and what waits to be told.
import { Batch } from './batch.js'
import { randomName } from './text.js'

export class View {
  readonly id = randomName()
  /** What waits to be told. */
  batch: Batch
  /** What is being told. It stays where the browser ends the page's scripts in the midst of that. */
  telling: Batch | undefined
  /** Whether its visit reports, and whether it reports errors. */
  sampled = true
  errorsSampled = true
  /** How many beacons it made. */
  sent = 0

  constructor(
    /** The visit it belongs to. */
    readonly session: string,
    /** The page's route, and the name it has in beacons. */
    readonly path: string,
    readonly page: string,
    public navigation: string,
    /** When it began, ms since the document did. */
    readonly start: number,
    /** Called when so much waits that it had better go. */
    private readonly full: () => void,
  ) {
    this.batch = new Batch(full)
  }

  /** What waits is what is being told from now on, unless something is still. */
  turn(): Batch | undefined {
    if (!this.telling && !this.batch.isEmpty()) {
      this.telling = this.batch
      this.batch = new Batch(this.full)
    }
    return this.telling
  }
}
