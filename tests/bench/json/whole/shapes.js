// Bodies as several kinds of APIs give them, of rows of about 500 bytes whose strings have varying lengths. A shape makes a body
// of a list of rows and of `turn`, which counts the refetches.
import { chance } from '../rows.js'

const WORDS =
  'order of four crates delayed at the port since customs ask for a second invoice “pro forma” Zürich naïve über straße 東京 ok paid'.split(
    ' ',
  )
const CITIES = ['Aarhus', 'Bordeaux', 'Cluj-Napoca', 'Delft', 'Évora', 'Freiburg im Breisgau', 'Ghent', 'Óbidos']
const STATES = ['new', 'paid', 'packed', 'in transit', 'delivered', 'returned']

const words = (random, count) => Array.from({ length: count }, () => random.one(WORDS)).join(' ')
const time = (random) => new Date(1_700_000_000_000 + random.below(60_000_000) * 1000).toISOString()

/** One order. `id` is its identity. */
export function order(random, id) {
  return {
    id,
    code: `${(id * 2654435761) % 4294967296}`,
    state: random.one(STATES),
    total: random.below(5_000_000) / 100,
    paid: random.often(0.6),
    note: words(random, random.below(14)),
    customer: {
      id: random.below(90_000),
      name: words(random, 2),
      city: random.one(CITIES),
      email: `c${random.below(1e6)}@example.org`,
    },
    lines: Array.from({ length: 1 + random.below(3) }, () => ({
      sku: `S-${random.below(99999)}`,
      text: words(random, 2 + random.below(6)),
      count: 1 + random.below(20),
    })),
    tags: Array.from({ length: random.below(4) }, () => random.one(STATES)),
    created: time(random),
    updated: time(random),
  }
}

export function orders(length) {
  const random = chance(11)
  return Array.from({ length }, (_, i) => order(random, 10_000 + i))
}

/** As a table's backend sends it: an array per field. */
function columns(rows) {
  const column = (of) => rows.map(of)
  return {
    id: column((row) => row.id),
    code: column((row) => row.code),
    state: column((row) => row.state),
    total: column((row) => row.total),
    paid: column((row) => row.paid),
    note: column((row) => row.note),
    name: column((row) => row.customer.name),
    city: column((row) => row.customer.city),
    email: column((row) => row.customer.email),
    lines: column((row) => row.lines.map(({ sku, text, count }) => `${count} × ${sku} ${text}`).join('; ')),
    tags: column((row) => row.tags.join()),
    created: column((row) => row.created),
    updated: column((row) => row.updated),
  }
}

export const shapes = {
  'nested list': (rows) => ({ status: 'ok', data: { page: 1, total: rows.length, items: rows }, meta: { version: '2.4.1' } }),
  'bare array': (rows) => rows,
  columns,
  // As a normalised answer of GraphQL: two maps by id, and the order beside them.
  'map by id': (rows) => ({
    data: {
      order: rows.map(({ id }) => `Order:${id}`),
      Order: Object.fromEntries(
        rows.map((row) => [`Order:${row.id}`, { __typename: 'Order', ...row, customer: `Customer:${row.id}` }]),
      ),
      Customer: Object.fromEntries(rows.map((row) => [`Customer:${row.id}`, { __typename: 'Customer', ...row.customer }])),
    },
  }),
  // A connection with cursors, whose envelope differs each time that anything else does.
  feed: (rows, turn) => ({
    asOf: new Date(1_765_000_000_000 + turn * 1000).toISOString(),
    edges: rows.map((node) => ({ cursor: `b2Zmc2V0${node.id.toString(36)}`, node })),
    pageInfo: { endCursor: `b2Zmc2V0${rows.at(-1)?.id.toString(36)}`, hasNextPage: true },
  }),
}

/** `text` with another letter in it. */
const altered = (text, random) => {
  const at = random.below(text.length)
  return text.slice(0, at) + (text[at] === 'x' ? 'y' : 'x') + text.slice(at + 1)
}

const some = (rows, random, count, touch) => {
  const next = rows.slice()
  const places = rows.map((_, i) => i)
  for (; count > 0; count--) {
    const [at] = places.splice(random.below(places.length), 1)
    next[at] = touch(next[at], random)
  }
  return next
}

const touched = (row, random) => ({
  ...row,
  note: words(random, 2 + random.below(14)),
  total: random.below(5_000_000) / 100,
  updated: time(random),
})

/** What may happen between two fetches, and the least that a body of 1,000 rows should gain over query-core. */
export const changes = [
  { name: 'none', floor: 20, next: (rows) => rows },
  {
    name: 'one row, same length',
    floor: 12,
    next: (rows, random) => some(rows, random, 1, (row) => ({ ...row, updated: altered(row.updated, random) })),
  },
  {
    name: 'one row, longer',
    floor: 12,
    next: (rows, random) => some(rows, random, 1, (row) => ({ ...row, note: `${row.note} ${words(random, 3)}` })),
  },
  {
    name: 'one row, shorter',
    floor: 12,
    next: (rows, random) =>
      some(rows, random, 1, (row) => ({ ...row, customer: { ...row.customer, email: `${row.customer.email.slice(1)}` } })),
  },
  {
    name: 'a row in front',
    floor: 10,
    next: (rows, random) => [order(random, rows[0].id - 1), ...rows],
  },
  {
    name: 'a row dropped',
    floor: 10,
    next: (rows, random) => rows.toSpliced(random.below(rows.length >> 1), 1),
  },
  {
    name: 'sorted anew',
    floor: 4,
    next(rows, random, turn) {
      const field = ['total', 'note', 'created', 'updated'][turn % 4]
      return rows.toSorted((a, b) => (a[field] < b[field] ? -1 : a[field] > b[field] ? 1 : a.id - b.id))
    },
  },
  { name: '1 %', floor: 7, next: (rows, random) => some(rows, random, Math.ceil(rows.length / 100), touched) },
  { name: 'all', floor: 1.2, next: (rows, random) => rows.map((row) => touched(row, random)) },
  { name: 'first load', floor: 0.97, once: 'first', next: (rows) => rows },
  // Only now are the bytes of the first body passed on, and read.
  { name: 'first refetch', floor: 1, once: 'second', next: (rows, random) => some(rows, random, 1, touched) },
]

const utf8 = new TextEncoder()

/** The bodies of one change of one shape: each is the one before with one more change, at another place every time. */
export function bodiesOf(shape, change, length, steps) {
  const random = chance(7)
  const bodies = []
  let rows = orders(length)
  for (let turn = 0; ; turn++) {
    bodies.push(utf8.encode(JSON.stringify(shapes[shape](rows, change.name === 'none' || change.once === 'first' ? 0 : turn))))
    if (bodies.length > ({ first: 0, second: 1 }[change.once] ?? steps)) return bodies
    rows = change.next(rows, random, turn)
  }
}
