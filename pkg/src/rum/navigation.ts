// How the page came: the phases of its navigation.
import { whenLoaded } from './vitals/onTTFB.js'
import { navigationEntry } from './vitals/page.js'

/** Tells `record` each phase by its name, ms, once the page is loaded; returns how not to. */
export function watchNavigation(
  record: (name: string, ms: number) => void,
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
    // A phase of 0 ms is one too: without them the others would seem slower than they are.
    for (const [phase, ms] of Object.entries(phases)) record(`navigation.${phase}`, Math.max(ms, 0))
    if (loadEventEnd > 0) record('page.load', Math.max(loadEventEnd - (entry.activationStart ?? 0), 0))
    onEntry(entry)
  })
}
