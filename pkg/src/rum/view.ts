// A page view: what is the same in all its beacons, and what waits to be told.
import { Batch } from './batch.js'
import { randomName } from './text.js'

export class View {
  readonly id = randomName()
  readonly batch = new Batch()
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
  ) {}
}
