// The figures of the panel, each read from the part of Whippet that counted it.
import type { Lazy } from 'whippet/lazy'
import { stats as jsonStats } from 'whippet/json/delta'
import type { QueryClient } from 'whippet/query'
import type { Rum } from 'whippet/rum'
import { stats as timingStats } from 'whippet/timing'

/** Whatever could be started; where wasm cannot run, some parts are missing. */
export interface Parts {
  client?: QueryClient
  images?: Lazy
  rum?: Rum
}

export interface Figure {
  /** `data-figure` in the page. */
  name: string
  label: string
  title: string
  read(parts: Parts): string
}

const number = new Intl.NumberFormat('en')
const percent = new Intl.NumberFormat('en', { style: 'percent' })

function count(value: number | undefined): string {
  return value === undefined ? '–' : number.format(value)
}

function bytes(value: number | undefined): string {
  if (value === undefined) return '–'
  return value < 1024
    ? `${value} B`
    : value < 1024 ** 2
      ? `${(value / 1024).toFixed(1)} KiB`
      : `${(value / 1024 ** 2).toFixed(2)} MiB`
}

export const groups: { title: string; figures: Figure[] }[] = [
  {
    title: 'Queries',
    figures: [
      {
        name: 'requests',
        label: 'Requests sent',
        title: 'Fetches that the query cache began',
        read: ({ client }) => count(client?.stats().fetches),
      },
      {
        name: 'hits',
        label: 'Served from cache',
        title: 'Reads that found fresh data, and sent nothing',
        read: ({ client }) => count(client?.stats().hits),
      },
      {
        name: 'stale',
        label: 'Served stale',
        title: 'Reads that got old data at once, and new data later',
        read: ({ client }) => count(client?.stats().staleServed),
      },
      {
        name: 'deduplicated',
        label: 'Saved by sharing',
        title: 'Reads that joined a request already on its way',
        read: ({ client }) => count(client?.stats().deduplicated),
      },
      {
        name: 'hit-rate',
        label: 'Hit rate',
        title: 'Hits among all reads',
        read: ({ client }) => hitRate(client),
      },
      {
        name: 'errors',
        label: 'Failed',
        title: 'Fetches that failed, after all their tries',
        read: ({ client }) => count(client?.stats().errors),
      },
    ],
  },
  {
    title: 'Bodies',
    figures: [
      {
        name: 'bytes-wire',
        label: 'On the wire',
        title: 'Bytes that were transferred for JSON: what changed since the last body, compressed',
        read: () => bytes(jsonStats().wire),
      },
      {
        name: 'bytes-received',
        label: 'JSON received',
        title: 'Bytes of the bodies that came in',
        read: () => bytes(jsonStats().received),
      },
      {
        name: 'bytes-compared',
        label: 'Compared',
        title: 'Bytes that were compared with the last body',
        read: () => bytes(jsonStats().compared),
      },
      {
        name: 'bytes-parsed',
        label: 'Parsed',
        title: 'Bytes that were new, and parsed',
        read: () => bytes(jsonStats().parsed),
      },
      {
        name: 'bytes-spared',
        label: 'Not parsed again',
        title: 'Bytes that were equal to the last body, and not parsed',
        read: () => bytes(jsonStats().spared),
      },
    ],
  },
  {
    title: 'Pacing',
    figures: [
      {
        name: 'pace-calls',
        label: 'Debounced calls',
        title: 'Calls of debounced functions: keys typed, rows passed over',
        read: () => count(timingStats().calls),
      },
      {
        name: 'pace-invocations',
        label: 'Runs',
        title: 'How often the functions behind them ran',
        read: () => count(timingStats().invocations),
      },
    ],
  },
  {
    title: 'Images',
    figures: [
      {
        name: 'images-loaded',
        label: 'Loaded',
        title: 'Icons that came near the screen, and were loaded',
        read: ({ images }) => count(images?.stats().loaded),
      },
      {
        name: 'images-waiting',
        label: 'Put off',
        title: 'Icons that are not near the screen yet',
        read: ({ images }) => count(images?.stats().pending),
      },
    ],
  },
]

function hitRate(client: QueryClient | undefined): string {
  const rate = client?.stats().hitRate
  return rate === undefined || Number.isNaN(rate) ? '–' : percent.format(rate)
}
