// The cases, for any library with TanStack Query's names. A case prepares once per round and returns `run(n)`, which
// does the same work n times. Its result is awaited within the measured time.
const ENTRIES = 50_000
const MANY = 10_000
/** An hour: data stays fresh, and a timer that waits for it to turn stale is armed. */
const HOUR = 3_600_000

const noop = () => {}
/** Resolves after the task in which listeners are notified. */
const told = () => new Promise((resolve) => setTimeout(resolve))

/** A cache of 50,000 entries in groups of ten. */
function filled({ QueryClient }) {
  const client = new QueryClient()
  for (let i = 0; i < ENTRIES; i++) client.setQueryData(['item', Math.floor(i / 10), i], { id: i })
  return client
}

/** A client with the data of a hundred users. */
function users({ QueryClient }) {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: HOUR } } })
  for (let id = 0; id < 100; id++) client.setQueryData(['user', id], { id, name: `user ${id}` })
  return client
}

/** Mounts rows with `listener` and updates them one by one. */
function many(name, listener, { count = MANY, combine } = {}) {
  const prepare = ({ QueryClient, QueriesObserver }) => {
    const client = new QueryClient()
    const queries = Array.from({ length: count }, (_, id) => ({ queryKey: ['row', id], staleTime: HOUR }))
    for (let id = 0; id < count; id++) client.setQueryData(['row', id], { id, version: 0 })
    let unsubscribe = noop
    const run = async () => {
      const observer = new QueriesObserver(client, queries, { combine })
      unsubscribe = observer.subscribe(listener)
      // Adapters do this in an effect; afterwards results are combined.
      if (combine) observer.setQueries(queries, { combine })
      for (let id = 0; id < count; id++) client.setQueryData(['row', id], { id, version: 1 })
      await told()
    }
    return { client, run, end: () => unsubscribe() }
  }
  return { name, goal: 10, once: true, prepare }
}

async function each(n, work) {
  for (let i = 0; i < n; i++) await work(i)
}

export const cases = [
  {
    name: `invalidate one of ${ENTRIES} by its key`,
    goal: 500,
    prepare(library) {
      const client = filled(library)
      const one = (i) => client.invalidateQueries({ queryKey: ['item', (i * 7) % 5000, ((i * 7) % 5000) * 10], exact: true })
      return { client, run: (n) => each(n, one) }
    },
  },
  {
    name: `invalidate 10 of ${ENTRIES} by a prefix`,
    goal: 200,
    prepare(library) {
      const client = filled(library)
      return { client, run: (n) => each(n, (i) => client.invalidateQueries({ queryKey: ['item', (i * 7) % 5000] })) }
    },
  },
  many(`mount a QueriesObserver of ${MANY}, update each`, (results) => results.every(({ isPending }) => !isPending)),
  // With more, query-core takes minutes and all memory.
  many('  of 1000, combined', noop, {
    count: 1000,
    combine: (results) => ({ rows: results.map(({ data }) => data) }),
  }),
  // A ratio of ten is impossible without observers: setting the data alone takes more than a tenth of the time.
  many('  and nobody looks', noop),
  {
    name: `mount ${MANY} observers of one query`,
    once: true,
    timers: true,
    prepare(library) {
      const client = users(library)
      const mounted = []
      const run = () => {
        for (let i = 0; i < MANY; i++) {
          mounted.push(new library.QueryObserver(client, { queryKey: ['user', 1], staleTime: HOUR }).subscribe(noop))
        }
      }
      return { client, run, end: () => mounted.forEach((unsubscribe) => unsubscribe()) }
    },
  },
  {
    name: 'getQueryData',
    goal: 1,
    prepare(library) {
      const client = users(library)
      const run = (n) => {
        for (let i = 0; i < n; i++) client.getQueryData(['user', i % 100])
      }
      return { client, run }
    },
  },
  {
    name: 'setQueryData, one observer',
    goal: 1,
    prepare(library) {
      const client = users(library)
      const end = new library.QueryObserver(client, { queryKey: ['user', 1] }).subscribe(noop)
      let version = 0
      const run = async (n) => {
        for (let i = 0; i < n; i++) client.setQueryData(['user', 1], { id: 1, name: 'user 1', version: ++version })
        await told()
      }
      return { client, run, end }
    },
  },
  {
    name: 'mount and unmount an observer',
    goal: 1,
    prepare(library) {
      const client = users(library)
      const observer = new library.QueryObserver(client, { queryKey: ['user', 1] })
      const run = (n) => {
        for (let i = 0; i < n; i++) observer.subscribe(noop)()
      }
      return { client, run }
    },
  },
  {
    name: 'make, mount and unmount an observer',
    goal: 1,
    prepare(library) {
      const client = users(library)
      const run = (n) => {
        for (let i = 0; i < n; i++) {
          new library.QueryObserver(client, { queryKey: ['user', i % 100] }).subscribe(noop)()
        }
      }
      return { client, run }
    },
  },
  {
    name: 'a fetch that resolves at once',
    goal: 1,
    prepare(library) {
      const client = new library.QueryClient()
      const options = { queryKey: ['now'], queryFn: async () => 1 }
      return { client, run: (n) => each(n, () => client.fetchQuery(options)) }
    },
  },
  {
    name: 'a first fetch that resolves at once',
    goal: 1,
    most: 2000,
    prepare(library) {
      const client = new library.QueryClient()
      const queryFn = async () => 1
      let id = 0
      return { client, run: (n) => each(n, () => client.fetchQuery({ queryKey: ['now', ++id], queryFn })) }
    },
  },
  {
    name: 'make a client',
    goal: 1,
    prepare(library) {
      const run = (n) => {
        for (let i = 0; i < n; i++) new library.QueryClient()
      }
      return { run }
    },
  },
  {
    name: 'make a client, set and get once',
    goal: 1,
    most: 500,
    prepare(library) {
      const clients = []
      const run = (n) => {
        for (let i = 0; i < n; i++) {
          const client = new library.QueryClient()
          client.setQueryData(['user', 1], 1)
          client.getQueryData(['user', 1])
          clients.push(client)
        }
      }
      return { run, end: () => clients.forEach((client) => client.clear()) }
    },
  },
]
