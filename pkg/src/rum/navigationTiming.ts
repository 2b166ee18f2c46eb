import type { Measurements } from './measurements.js'
import { activationStart, navigationEntry, whenLoaded } from './vitals/pageLifecycle.js'

/** Once the page is loaded, records the phases of its navigation and the page load time, and passes the entry to `onEntry`. */
export const observeNavigation = (batch: () => Measurements, onEntry: (entry: PerformanceNavigationTiming) => void): void =>
  whenLoaded(() => {
    const entry = navigationEntry()
    if (!entry) return
    const { secureConnectionStart: tls, connectEnd, responseStart, responseEnd, loadEventEnd } = entry
    const phases = {
      redirect: entry.redirectEnd - entry.redirectStart,
      dns: entry.domainLookupEnd - entry.domainLookupStart,
      tcp: (tls || connectEnd) - entry.connectStart,
      tls: tls && connectEnd - tls,
      request: responseStart - entry.requestStart,
      response: responseEnd - responseStart,
      dom: entry.domComplete - responseEnd,
      load: loadEventEnd - entry.loadEventStart,
    }
    for (const [name, ms] of Object.entries(phases)) batch().phase(name, Math.max(ms, 0))
    if (loadEventEnd > 0) batch().record('page.load', Math.max(loadEventEnd - activationStart(), 0))
    onEntry(entry)
  })
