// What a refetch brings: each case is a list of bodies, of which each is the one before with one more change, at
// another place every time, so that nothing is fast because it was seen before.
import { chance, list, row } from './rows.js'

/** As a server touches a row: a comment was added. */
function touched(issue, random) {
  return {
    ...issue,
    comments: issue.comments + 1 + random.below(9),
    updated_at: new Date(1_765_000_000_000 + random.below(1e9)).toISOString(),
  }
}

function touchSome(rows, random, count) {
  const next = rows.slice()
  for (const left = new Set(rows.keys()); count > 0; count--) {
    const at = random.one([...left])
    left.delete(at)
    next[at] = touched(next[at], random)
  }
  return next
}

/** What may happen to a list, and the least that 1,000 rows of it should gain over query-core. */
export const changes = [
  { name: 'none', floor: 40, next: (rows) => rows },
  { name: 'one row changed', floor: 25, next: (rows, random) => touchSome(rows, random, 1) },
  {
    name: 'one row in front',
    floor: 20,
    next: (rows, random) => [row(random, rows[0].number + 1), ...rows],
  },
  { name: '1 % of rows changed', floor: 10, next: (rows, random) => touchSome(rows, random, Math.ceil(rows.length / 100)) },
  { name: 'every row changed', floor: 0.95, next: (rows, random) => rows.map((issue) => touched(issue, random)) },
  { name: 'first load', floor: 0.95, first: true, next: (rows) => rows },
]

const utf8 = new TextEncoder()
const bytesOf = (value) => utf8.encode(JSON.stringify(value))

function versions(first, steps, next) {
  const random = chance(7)
  const bodies = [bytesOf(first)]
  for (let value = first; bodies.length <= steps;) bodies.push(bytesOf((value = next(value, random))))
  return bodies
}

/** The bodies of one change of a list of `length`. */
export function bodiesOf(change, length, steps) {
  return versions(list(chance(1), length), change.first ? 0 : steps, change.next)
}

/** A body of about 1 KB: one issue, as a page that shows it would get it. */
export const small = [
  { name: 'unchanged', floor: 2, next: (issue) => issue },
  { name: 'changed', floor: 0.9, next: touched },
]

export function smallBodies({ next }, steps) {
  const random = chance(3)
  const issue = row(random, 1234)
  while (bytesOf(issue).length < 1000) issue.body += ` ${random.one(['and', 'again', '“so”'])}`
  return versions(issue, steps, next)
}
