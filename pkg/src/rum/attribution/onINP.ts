import { forPage } from '../vitals/metricReporter.js'
import type { INPMetric } from '../vitals/types.js'
import { type AttributedINP, observeAttributedINP } from './inp.js'
import { loadState } from './loadState.js'
import { attributeScripts } from './scripts.js'
import type { INPAttribution, INPAttributionReportOpts, INPMetricWithAttribution } from './types.js'
import { withAttribution } from './withAttribution.js'

function attribution({ navigationStartTime }: INPMetric, found: Partial<AttributedINP>): INPAttribution | undefined {
  const { target, state, phases, times, frame, longFrames = [], longest } = found
  const [start, , , painted] = times ?? []
  return phases && {
    ...(times && { interactionTarget: target, interactionType: state, interactionTime: start, nextPaintTime: painted }),
    processedEventEntries: frame?.events.sort((a, b) => a.processingStart - b.processingStart) ?? [],
    longAnimationFrameEntries: longFrames,
    inputDelay: phases[0],
    processingDuration: phases[1],
    presentationDelay: phases[2],
    loadState: loadState(start ?? (navigationStartTime || 0)),
    ...(times && attributeScripts(longFrames, longest, ...times)),
  }
}

/** Reports Interaction to Next Paint, with the target of the interaction and its phases. */
export const onINP: (callback: (metric: INPMetricWithAttribution) => void, opts?: INPAttributionReportOpts) => void =
  /* @__PURE__ */ forPage((callback, opts) => observeAttributedINP(withAttribution(callback, attribution), opts))
