import type { INPMetric } from '../vitals/types.js'
import { type AttributedINP, observeAttributedINP } from './inp.js'
import { loadState } from './loadState.js'
import { attributeScripts } from './scripts.js'
import type { INPAttribution, INPAttributionReportOpts, INPMetricWithAttribution } from './types.js'
import { withAttribution } from './withAttribution.js'

function attribution({ navigationStartTime }: INPMetric, find: () => AttributedINP): INPAttribution {
  const { target$: target, state$: state, phases$: phases, more$: more } = find()
  const [inputDelay, processingDuration, presentationDelay] = phases
  const [frame, longFrames = [], , start] = more ?? []
  return {
    ...(more && {
      interactionTarget: target,
      interactionType: state,
      interactionTime: start,
      nextPaintTime: more[6],
      ...attributeScripts(...more),
    }),
    processedEventEntries: frame?.events$.sort((a, b) => a.processingStart - b.processingStart) ?? [],
    longAnimationFrameEntries: longFrames,
    inputDelay,
    processingDuration,
    presentationDelay,
    loadState: loadState(start ?? navigationStartTime ?? 0),
  }
}

/** Reports Interaction to Next Paint, with the target of the interaction and its phases. */
export const onINP: (callback: (metric: INPMetricWithAttribution) => void, opts?: INPAttributionReportOpts) => void =
  /* @__PURE__ */ withAttribution(observeAttributedINP, attribution)
