// Sums resources by host and kind. Reads each entry once, and creates no strings but the keys.
import { HOST } from '../boundary/rum.js'
import type { RESOURCE_KINDS } from '../boundary/vitals.js'
import type { ResourceData } from './beacon.js'
import { defineOwn } from './lib/properties.js'

type Kind = (typeof RESOURCE_KINDS)[number]

const initiators: Record<string, Kind> = {
  script: 'script',
  img: 'image',
  image: 'image',
  input: 'image',
  picture: 'image',
  fetch: 'fetch',
  xmlhttprequest: 'fetch',
  eventsource: 'fetch',
  video: 'media',
  audio: 'media',
  track: 'media',
  iframe: 'frame',
  frame: 'frame',
  beacon: 'beacon',
  ping: 'beacon',
}
const extensions: Record<string, Kind> = {
  js: 'script',
  mjs: 'script',
  css: 'style',
  png: 'image',
  jpg: 'image',
  jpeg: 'image',
  gif: 'image',
  webp: 'image',
  avif: 'image',
  svg: 'image',
  ico: 'image',
  woff2: 'font',
  woff: 'font',
  ttf: 'font',
  otf: 'font',
  mp4: 'media',
  webm: 'media',
  mp3: 'media',
  ogg: 'media',
}

/** The kind by initiator type; where that is ambiguous, as for style sheets and what they load, by file extension. */
function kindOf(entry: PerformanceResourceTiming): Kind {
  return initiators[entry.initiatorType] ?? extensions[/\.(\w{2,5})(?:[?#]|$)/.exec(entry.name)?.[1] ?? ''] ?? 'other'
}

/** The host and port of a URL, or its scheme if it has no host. */
export function hostOf(url: string): string {
  const start = url.indexOf('://')
  if (start < 0) return url.slice(0, url.indexOf(':') + 1) || '-'
  const end = url.indexOf('/', start + 3)
  const host = url.slice(start + 3, end < 0 ? HOST + start + 3 : end)
  return host.slice(host.lastIndexOf('@') + 1).slice(0, HOST) || '-'
}

/** Adds an entry to the sums of its host and kind, which `sumOf` returns. */
export function addResource(
  entry: PerformanceResourceTiming,
  sumOf: (host: string, kind: string) => ResourceData,
): void {
  const host = hostOf(entry.name)
  const sum = sumOf(host, kindOf(entry))
  const { duration, transferSize, decodedBodySize, responseStatus } = entry
  const { deliveryType } = entry as { deliveryType?: string }
  sum.count++
  sum.duration += duration
  if (duration > (sum.slowest ?? 0)) sum.slowest = duration
  if (transferSize > 0) defineOwn(sum, { bytes: (sum.bytes ?? 0) + transferSize })
  if (deliveryType === 'cache' || (transferSize === 0 && decodedBodySize > 0)) defineOwn(sum, { cached: (sum.cached ?? 0) + 1 })
  // Other origins hide status and timing without `Timing-Allow-Origin`. A same-origin request without a response failed.
  if (responseStatus >= 400 || (!responseStatus && !entry.responseStart && host === location.host)) {
    defineOwn(sum, { failed: (sum.failed ?? 0) + 1 })
  }
}
