// Sums resources by host and kind. Reads each entry once, and creates no strings but the keys.
import { HOST } from '../boundary/rum.js'
import type { ResourceData } from './beacon.js'

/** Kinds of resources (`RESOURCE_KINDS`), each with the initiator types and file extensions that it has. */
const NAMES =
  'script .js .mjs,style .css,image img input picture .png .jpg .jpeg .gif .webp .avif .svg .ico,font .woff2 .woff .ttf .otf,' +
  'fetch xmlhttprequest eventsource,media video audio track .mp4 .webm .mp3 .ogg,frame iframe,beacon ping'
let kinds: Map<string, string> | undefined

/** The kind by initiator type; where that is ambiguous, as for style sheets and what they load, by file extension. */
function kindOf({ initiatorType, name }: PerformanceResourceTiming): string {
  kinds ??= new Map(
    NAMES.split(',').flatMap((line) => {
      // A kind is an initiator type too, or the name of none.
      const names = line.split(' ')
      return names.map((name) => [name, names[0]!] as const)
    }),
  )
  return kinds.get(initiatorType) ?? kinds.get(/\.\w{2,5}(?=[?#]|$)/.exec(name)?.[0] ?? '') ?? 'other'
}

/** The host and port of a URL, or its scheme if it has no host. */
export function hostOf(url: string): string {
  const [, host] = /:\/\/(?:[^/]*@)?([^/]*)/.exec(url) ?? []
  return (host?.slice(0, HOST) ?? url.slice(0, url.indexOf(':') + 1)) || '-'
}

/** Adds an entry to the sums of its host and kind, which `sumOf` returns. */
export function addResource(entry: PerformanceResourceTiming, sumOf: (host: string, kind: string) => ResourceData): void {
  const host = hostOf(entry.name)
  const sum = sumOf(host, kindOf(entry))
  const { transferSize, decodedBodySize, responseStatus } = entry
  // Chromium gives the script of a worker an end on the worker's clock, before its start on the page's.
  const duration = Math.max(0, entry.duration)
  const { deliveryType } = entry as { deliveryType?: string }
  const add = (member: 'bytes' | 'cached' | 'failed', by: number) => (sum[member] = (sum[member] ?? 0) + by)
  const slowest = Math.max(sum.slowest ?? sum.duration, duration)
  sum.count++
  sum.duration += duration
  // Missing where it equals the sum.
  sum.slowest = slowest < sum.duration ? slowest : undefined
  if (transferSize > 0) add('bytes', transferSize)
  if (deliveryType === 'cache' || (transferSize === 0 && decodedBodySize > 0)) add('cached', 1)
  // Other origins hide status and timing without `Timing-Allow-Origin`. A same-origin request without a response failed.
  if (responseStatus >= 400 || (!responseStatus && !entry.responseStart && host === location.host)) add('failed', 1)
}
