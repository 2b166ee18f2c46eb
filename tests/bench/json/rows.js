// An API's answer: a list of issues in the shape of GitHub's, about 800 bytes a row as UTF-8. Made from a seed, so
// that every run and every machine has the same bytes.

/** Numbers from a seed: `below(n)` is an integer in [0, n). (A multiply-with-carry of 32 bits.) */
export function chance(seed) {
  let low = (seed * 2654435761) >>> 0 || 1
  let high = 362436069
  const next = () => {
    high = (36969 * (high & 65535) + (high >>> 16)) >>> 0
    low = (18000 * (low & 65535) + (low >>> 16)) >>> 0
    return ((high << 16) + (low & 65535)) >>> 0
  }
  for (let i = 0; i < 8; i++) next()
  const below = (n) => Math.floor((next() / 2 ** 32) * n)
  return { below, one: (list) => list[below(list.length)], often: (part) => next() / 2 ** 32 < part }
}

const WORDS = (
  'the table does not load when a filter is set and page two opened after login with an old session cookie ' +
  'Safari shows spinner forever while Firefox logs “network changed” error handler retries thrice naïve café ' +
  'größe überall 日本語 入力 emoji 🐕 breaks layout of header menu “quoted” "plain" C:\\temp tabs\tand/slashes'
).split(' ')
const NAMES = ['ada', 'grace-h', 'linus0', 'margaret', 'Renée', 'dijkstra', 'barbara-l', 'kenneth', 'søren', 'radia']
const LABELS = ['bug', 'enhancement', 'good first issue', 'performance', 'docs', 'needs repro', 'a11y', 'help wanted']

function sentence(random, words) {
  return Array.from({ length: words }, () => random.one(WORDS)).join(' ')
}

function time(random) {
  return new Date(1_700_000_000_000 + random.below(60_000_000) * 1000).toISOString().replace('.000', '')
}

function person(random) {
  const id = random.below(9_000_000)
  return {
    login: `${random.one(NAMES)}${id % 97}`,
    id,
    avatar_url: `https://avatars.example.com/u/${id}?v=4`,
    type: random.often(0.95) ? 'User' : 'Bot',
    site_admin: random.often(0.02),
  }
}

function label(random) {
  const name = random.one(LABELS)
  return {
    id: 208045946 + random.below(5000),
    name,
    color: random
      .below(2 ** 24)
      .toString(16)
      .padStart(6, '0'),
    default: random.often(0.3),
  }
}

/** One issue. `number` is its identity. */
export function row(random, number) {
  return {
    id: 1_400_000_000 + number * 17,
    number,
    html_url: `https://git.example.com/kennel/whippet/issues/${number}`,
    state: random.often(0.7) ? 'open' : 'closed',
    title: sentence(random, 4 + random.below(6)),
    user: person(random),
    labels: Array.from({ length: random.below(3) }, () => label(random)),
    assignee: random.often(0.3) ? person(random) : null,
    milestone: random.often(0.25)
      ? {
          number: random.below(40),
          title: `v${random.below(5)}.${random.below(20)}`,
          open_issues: random.below(80),
          due_on: null,
        }
      : null,
    locked: false,
    comments: random.below(120),
    created_at: time(random),
    updated_at: time(random),
    closed_at: null,
    author_association: random.one(['NONE', 'MEMBER', 'CONTRIBUTOR']),
    body: `${sentence(random, 8 + random.below(8))}\n\n${sentence(random, 4)}`,
    reactions: { total_count: random.below(30), '+1': random.below(20), '-1': 0, laugh: 0, heart: random.below(9), eyes: 1 },
    score: random.below(100_000) / 1000,
  }
}

export function list(random, length) {
  return Array.from({ length }, (_, i) => row(random, length - i))
}
