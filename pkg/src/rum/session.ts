// The visit that a page view belongs to, without a cookie. crates/engine/src/beacon/visit.rs has the same rules.
import { VISIT_IDLE, VISIT_LENGTH } from '../boundary/rum.js'
import { randomId } from './lib/random.js'
import { readStorage, writeStorage } from './lib/storage.js'

const KEY = 'whippet.session'

/** Used where `sessionStorage` is forbidden: there a visit ends with the document. */
let unstored = ''

/** The id of the visit in the tab's storage, or of a new visit. Counts as activity. */
export function currentVisit(): string {
  const stored = readStorage(KEY) || unstored
  const now = Date.now()
  let [, id, started, seen] = /^([\da-f]{16}) (\d{1,16}) (\d{1,16})$/.exec(stored) ?? []
  const continues = id && +started! <= +seen! && +seen! <= now && now - +seen! < VISIT_IDLE && now - +started! < VISIT_LENGTH
  if (!continues) {
    id = randomId()
    started = `${now}`
  }
  unstored = `${id} ${+started!} ${now}`
  writeStorage(KEY, unstored)
  return id!
}

export function forgetVisit(): void {
  unstored = ''
  writeStorage(KEY, unstored)
}

/**
 * Whether a visit reports, given the share of visits that do. All page views of a visit get the same answer. A visit
 * that reports at one rate also reports at every higher one.
 */
export const isSampled = (visit: string, rate: number): boolean => parseInt(visit.slice(0, 8), 16) < rate * 2 ** 32
