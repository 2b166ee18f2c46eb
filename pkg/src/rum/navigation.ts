// How the page came: the phases of its navigation.
import { whenLoaded } from './vitals/onTTFB.js'
import { navigationEntry } from './vitals/page.js'

/** Tells `phase` each one by its name, and `load` the page's load time, ms, once it is loaded; returns how not to. */
export function watchNavigation(
  phase: (name: string, ms: number) => void,
  load: (ms: number) => void,
  onEntry: (entry: PerformanceNavigationTiming) => void,
): () => void {
  return whenLoaded(() => {
    const entry = navigationEntry()
    if (!entry) return
    const { secureConnectionStart: tls, connectEnd, loadEventEnd } = entry
    const phases: Record<string, number> = {
      redirect: entry.redirectEnd - entry.redirectStart,
      dns: entry.domainLookupEnd - entry.domainLookupStart,
      tcp: (tls || connectEnd) - entry.connectStart,
      tls: tls && connectEnd - tls,
      request: entry.responseStart - entry.requestStart,
      response: entry.responseEnd - entry.responseStart,
      dom: entry.domComplete - entry.responseEnd,
      load: loadEventEnd - entry.loadEventStart,
    }
    for (const [name, ms] of Object.entries(phases)) phase(name, Math.max(ms, 0))
    if (loadEventEnd > 0) load(Math.max(loadEventEnd - (entry.activationStart ?? 0), 0))
    onEntry(entry)
  })
}
