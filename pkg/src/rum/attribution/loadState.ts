import { navigationEntry } from '../vitals/page.js'
import type { LoadState } from '../vitals/types.js'

/** How far the document was at `time`, ms. */
export function loadState(time: number): LoadState {
  if (document.readyState === 'loading') return 'loading'
  const entry = navigationEntry()
  // A phase that has not begun yet has the time 0.
  const before = (phase: number) => phase === 0 || time < phase
  if (!entry) return 'complete'
  if (time < entry.domInteractive) return 'loading'
  if (before(entry.domContentLoadedEventStart)) return 'dom-interactive'
  return before(entry.domComplete) ? 'dom-content-loaded' : 'complete'
}
