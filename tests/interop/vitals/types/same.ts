// The types of whippet/rum against those of web-vitals: each must be assignable to the other.
import type * as A from 'web-vitals/attribution'
import type * as V from 'web-vitals'
import type * as B from 'whippet/rum/attribution'
import type * as W from 'whippet/rum'

/** `true` if the two are equal. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : 'ours is wider') : 'ours is narrower'
function same<_T extends true>() {}

same<Same<V.MetricType, W.MetricType>>()
same<Same<V.MetricWithAttribution, W.MetricWithAttribution>>()
same<Same<V.MetricRatingThresholds, W.MetricRatingThresholds>>()
same<Same<V.LoadState, W.LoadState>>()
same<Same<V.ReportOpts, W.ReportOpts>>()
same<Same<V.INPReportOpts, W.INPReportOpts>>()
same<Same<V.ReportCallback, W.ReportCallback>>()
same<Same<V.CLSAttribution, W.CLSAttribution>>()
same<Same<V.FCPAttribution, W.FCPAttribution>>()
same<Same<V.INPAttribution, W.INPAttribution>>()
same<Same<V.LCPAttribution, W.LCPAttribution>>()
same<Same<V.TTFBAttribution, W.TTFBAttribution>>()
same<Same<A.MetricWithAttribution, B.MetricWithAttribution>>()
same<Same<A.MetricType, B.MetricType>>()

/** Each of our functions must be assignable to the one of web-vitals. */
type Functions<T> = { [K in keyof T as K extends `on${string}` ? K : never]: T[K] }
const plain: Functions<typeof V> = {} as Pick<typeof W, keyof Functions<typeof V>>
const attributed: Functions<typeof A> = {} as Pick<typeof B, keyof Functions<typeof A>>
export { attributed, plain }
