import { navigationEntry, whenLoaded } from './vitals/pageLifecycle.js'

/**
 * Once the page is loaded, calls `onPhase` for each phase of its navigation, `onLoad` with the page load time, both in
 * ms, and `onEntry`. Returns a function that cancels this.
 */
export function observeNavigation(
  onPhase: (name: string, ms: number) => void,
  onLoad: (ms: number) => void,
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
    for (const [name, ms] of Object.entries(phases)) onPhase(name, Math.max(ms, 0))
    if (loadEventEnd > 0) onLoad(Math.max(loadEventEnd - (entry.activationStart ?? 0), 0))
    onEntry(entry)
  })
}
