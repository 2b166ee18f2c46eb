// The visit that page views belong to, known without a cookie: as crates/engine/src/beacon/session.rs has it.
import { VISIT_IDLE, VISIT_LENGTH } from '../boundary/rum.js'
import { attempt } from './guard.js'
import { randomName } from './text.js'

const KEY = 'whippet.session'

/** Where storage is forbidden, a visit is a document. */
let unstored = ''

/** The name of the visit that the tab's storage tells of, or of a new one. A sign of life. */
export function visit(): string {
  const stored = attempt(() => sessionStorage.getItem(KEY)) ?? unstored
  const now = Date.now()
  let [, id, started, seen] = /^([\da-f]{16}) (\d{1,16}) (\d{1,16})$/.exec(stored) ?? []
  const goesOn = id && +started! <= +seen! && +seen! <= now && now - +seen! < VISIT_IDLE && now - +started! < VISIT_LENGTH
  if (!goesOn) {
    id = randomName()
    started = String(now)
  }
  unstored = `${id} ${+started!} ${now}`
  attempt(() => sessionStorage.setItem(KEY, unstored))
  return id!
}

export function forgetVisit(): void {
  unstored = ''
  attempt(() => sessionStorage.removeItem(KEY))
}

/**
 * Whether the visit reports, where a share of `rate` does. All page views of a visit get the same answer, and
 * whoever reports at a low rate does so at a higher one too.
 */
export const isSampled = (visit: string, rate: number): boolean => parseInt(visit.slice(0, 8), 16) < rate * 2 ** 32
