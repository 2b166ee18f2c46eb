// A page view: what is the same in all its beacons, and what waits to be told.
import { Batch } from './batch.js'
import { randomName } from './text.js'

export class View {
  readonly id = randomName()
  /** What waits to be told. */
  batch = new Batch()
  /** What is being told. It stays where the browser ends the page's scripts in the midst of that. */
  telling: Batch | undefined
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
