import { navigationEntry } from '../vitals/pageLifecycle.js'
import type { LoadState } from '../vitals/types.js'

/** The state of the document at `time`, ms. */
export function loadState(time: number): LoadState {
  if (document.readyState === 'loading') return 'loading'
  const entry = navigationEntry()
  // The time of a phase that has not begun is 0.
  const before = (phase: number) => phase === 0 || time < phase
  if (!entry) return 'complete'
  if (time < entry.domInteractive) return 'loading'
  if (before(entry.domContentLoadedEventStart)) return 'dom-interactive'
  return before(entry.domComplete) ? 'dom-content-loaded' : 'complete'
}
