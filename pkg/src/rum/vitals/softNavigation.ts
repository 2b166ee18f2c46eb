import { attempt } from '../lib/guard.js'
import type { ReportOpts } from './types.js'

/**
 * Whether soft navigations are requested, and supported in the form in which Chrome shipped them: earlier experiments
 * had no `getLargestInteractionContentfulPaint`.
 */
export const reportsSoftNavigations = (opts: ReportOpts): boolean | undefined =>
  opts.reportSoftNavs && attempt(() => 'getLargestInteractionContentfulPaint' in PerformanceSoftNavigation.prototype)
