// The cases: `run(n)` does the same work n times. Its result is awaited within the measured time.
// Ratios are against the first peer.
import * as tanstack from '@tanstack/pacer'
import DataLoader from 'dataloader'
import * as esToolkit from 'es-toolkit'
import * as lodash from 'lodash-es'
import pMemoize from 'p-memoize'
import pThrottle from 'p-throttle'
import QuickLRU from 'quick-lru'
import * as whippet from 'whippet/timing'

/** Longer than a round, so that the burst does not end within it. */
const WAIT = 10_000

/** Calls of one function during its wait, like those of a scroll handler. */
function burst(name, libraries) {
  const contenders = Object.entries(libraries).map(([library, make]) => [
    library,
    () => {
      const paced = make((event) => event)
      paced({ type: 'scroll' })
      return {
        run(n) {
          for (let i = 0; i < n; i++) paced(i)
        },
        end: () => paced.cancel?.(),
      }
    },
  ])
  return { name, libraries: Object.fromEntries(contenders) }
}

function looped(call) {
  return {
    run(n) {
      for (let i = 0; i < n; i++) call(i)
    },
  }
}

const ITEMS = 1000
const double = async (items) => items.map((n) => n * 2)

/** Calls and awaits the results, so the cost of promises is included. */
async function loadAll(n, load, different = ITEMS) {
  for (let done = 0; done < n; done += ITEMS) {
    const asked = []
    for (let i = 0; i < ITEMS; i++) asked.push(load(i % different))
    await Promise.all(asked)
  }
}

const identity = async (n) => n

/** Reads 100 cached results. */
async function hits(memoized) {
  for (let i = 0; i < 100; i++) await memoized(i)
  return { run: (n) => loadAll(n, memoized, 100) }
}

export const cases = [
  burst('debounce: a call in a burst', {
    'lodash-es': (fn) => lodash.debounce(fn, WAIT),
    'es-toolkit': (fn) => esToolkit.debounce(fn, WAIT),
    tanstack: (fn) => tanstack.debounce(fn, { wait: WAIT }),
    whippet: (fn) => whippet.debounce(fn, WAIT),
  }),
  burst('debounce with maxWait: a call in a burst', {
    'lodash-es': (fn) => lodash.debounce(fn, WAIT, { maxWait: 2 * WAIT }),
    whippet: (fn) => whippet.debounce(fn, WAIT, { maxWait: 2 * WAIT }),
  }),
  burst('throttle: a call in a burst', {
    'lodash-es': (fn) => lodash.throttle(fn, WAIT),
    'es-toolkit': (fn) => esToolkit.throttle(fn, WAIT),
    tanstack: (fn) => tanstack.throttle(fn, { wait: WAIT }),
    whippet: (fn) => whippet.throttle(fn, WAIT),
  }),
  {
    name: 'debounce: a burst of one call, cancelled',
    libraries: {
      'lodash-es': () => {
        const paced = lodash.debounce(() => {}, WAIT)
        return looped((i) => (paced(i), paced.cancel()))
      },
      'es-toolkit': () => {
        const paced = esToolkit.debounce(() => {}, WAIT)
        return looped((i) => (paced(i), paced.cancel()))
      },
      whippet: () => {
        const paced = whippet.debounce(() => {}, WAIT)
        return looped((i) => (paced(i), paced.cancel()))
      },
    },
  },
  {
    name: `batch: an item of ${ITEMS}`,
    unit: ITEMS,
    libraries: {
      dataloader: () => ({
        run: (n) =>
          loadAll(
            n,
            (
              (loader) => (i) =>
                loader.load(i)
            )(new DataLoader(double, { cache: false })),
          ),
      }),
      whippet: () => ({ run: (n) => loadAll(n, whippet.batch(double)) }),
    },
  },
  {
    name: 'memoize: a promise that is there',
    unit: ITEMS,
    libraries: {
      'p-memoize': () => hits(pMemoize(identity)),
      whippet: () => hits(whippet.memoize(identity)),
    },
  },
  {
    name: 'memoize: one of at most 1000, kept for an hour',
    unit: ITEMS,
    libraries: {
      'p-memoize, LRU': () => hits(pMemoize(identity, { cache: new QuickLRU({ maxSize: 1000, maxAge: 3_600_000 }) })),
      whippet: () => hits(whippet.memoize(identity, { maxSize: 1000, ttl: 3_600_000 })),
    },
  },
  {
    name: 'memoize: a plain value that is there',
    libraries: {
      'lodash-es': () => {
        const memoized = lodash.memoize((n) => n)
        return looped((i) => memoized(i % 100))
      },
      whippet: () => {
        const memoized = whippet.memoize((n) => n)
        return looped((i) => memoized(i % 100))
      },
    },
  },
  {
    name: 'rateLimit: a call that need not wait',
    most: 10 * ITEMS,
    unit: ITEMS,
    libraries: {
      'p-throttle': () => ({ run: (n) => loadAll(n, pThrottle({ limit: 1e6, interval: 1000 })(identity)) }),
      whippet: () => ({ run: (n) => loadAll(n, whippet.rateLimit(identity, { limit: 1e6, interval: 1000 })) }),
    },
  },
]
