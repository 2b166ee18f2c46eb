// What was loaded, summed by host and kind. One look at each entry, and no string made that is not kept.
import type { ResourceData } from './batch.js'
import { define } from './define.js'
import { HOST } from '../boundary/rum.js'
import type { RESOURCE_KINDS } from '../boundary/vitals.js'

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

/** The kind by who asked; where that does not say, as for style sheets and what they load, by the address' end. */
function kindOf(entry: PerformanceResourceTiming): Kind {
  return initiators[entry.initiatorType] ?? extensions[/\.(\w{2,5})(?:[?#]|$)/.exec(entry.name)?.[1] ?? ''] ?? 'other'
}

/** The host of an address, with its port; the scheme where it has none. */
export function hostOf(url: string): string {
  const start = url.indexOf('://')
  if (start < 0) return url.slice(0, url.indexOf(':') + 1) || '-'
  const end = url.indexOf('/', start + 3)
  const host = url.slice(start + 3, end < 0 ? HOST + start + 3 : end)
  return host.slice(host.lastIndexOf('@') + 1).slice(0, HOST) || '-'
}

/** Adds an entry to the sum of its host and kind, which `sumOf` gives. */
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
  if (transferSize > 0) define(sum, { bytes: (sum.bytes ?? 0) + transferSize })
  if (deliveryType === 'cache' || (transferSize === 0 && decodedBodySize > 0)) define(sum, { cached: (sum.cached ?? 0) + 1 })
  // Of other origins nothing is known, unless they allow it; here a response that never began has failed.
  if (responseStatus >= 400 || (!responseStatus && !entry.responseStart && host === location.host)) {
    define(sum, { failed: (sum.failed ?? 0) + 1 })
  }
}
