// Scripts that once parted the two: what random ones showed, as short as they can be.
const navigation = {
  type: 'navigate', redirectStart: 0, redirectEnd: 0, workerStart: 0, fetchStart: 2, domainLookupStart: 2,
  domainLookupEnd: 2, connectStart: 2, connectEnd: 8, requestStart: 9, responseStart: 17, responseEnd: 28,
  activationStart: 0, domInteractive: 30, domContentLoadedEventStart: 31, domComplete: 60, loadEventStart: 0, loadEventEnd: 60,
}
const types = [
  'event', 'first-input', 'largest-contentful-paint', 'layout-shift', 'long-animation-frame', 'navigation', 'paint',
  'resource', 'visibility-state',
]
const soft = [...types, 'soft-navigation', 'interaction-contentful-paint']
/** A browser that tells much, but as `fields` say otherwise. */
export const browser = (fields) => ['browser', { types, at: 100, library: 'attributed', navigation, ...fields }]

const all = { reportAllChanges: true }
const slow = (fields) => ['event', { duration: 104, interactionId: 7, ...fields }]
const PAINTED = ['paint', 'first-contentful-paint']

export const remembered = {
  'an interaction with the document itself has the name of nothing': [browser(), ['on', 'INP', all], slow({ target: 'document' }), ['wait', 50]],
  'which a later event of it may better': [
    browser(), ['on', 'INP', all], slow({ target: 'document' }), slow({ duration: 200, target: 'button' }), ['wait', 50],
  ],
  'what was interacted with before a return is forgotten': [
    browser(), ['on', 'INP', {}], slow({ target: 'button' }), ['restore', {}], slow(), ['restore', {}],
  ],
  'events of different moments are looked at one moment after the other': [
    browser(), ['on', 'INP', all], ['busy', true], slow({ duration: 600, counts: 60 }), ['wait', 17],
    slow({ duration: 304, interactionId: 14 }), ['wait', 1100],
  ],
  'a moment that was waited for before a return is not one after it': [
    browser({ library: 'plain' }), ['on', 'INP', all], ['busy', true], slow({ interactionId: 0 }), ['wait', 310], ['restore', { away: 2000 }],
    slow({ interactionId: 0, counts: 1 }), ['wait', 500],
  ],
  'interactions that are counted by their events, when the page goes': [
    browser({ lacks: ['interactionCount'] }), ['on', 'INP', {}], slow({ interactionId: 700 }), slow({ interactionId: 91 }), ['hide', 'tab'],
  ],
  'a page that is shown has its LCP, if it had none before': [
    browser({ state: 'hidden' }), ['on', 'LCP', all], ['restore', { away: 1000 }], ['wait', 1], ['lcp', {}], ['wait', 17],
  ],
  'LCP of a page that was restored while it was painted': [
    browser({ library: 'plain' }), ['on', 'INP', {}], ['lcp', {}], ['hide', 'leave'], ['on', 'LCP', {}], ['restore', {}], ['wait', 60],
  ],
  'no LCP is left to report where its search had ended': [
    browser(), ['lcp', {}], ['hide', 'tab'], ['on', 'LCP', {}], ['restore', {}], ['hide', 'leave'],
  ],
  'an input after a return ends the search that a return began': [
    browser({ lacks: ['requestIdleCallback'] }), ['on', 'FCP', {}], ['lcp', {}], ['hide', 'leave'], ['on', 'LCP', {}], ['restore', {}],
    ['input', 'click'], ['wait', 500],
  ],
  'the resource of a paint just before the page goes': [
    browser(), ['on', 'LCP', {}], ['resource', { url: 'a.png' }], ['wait', 300], ['resource', { url: 'a.png' }], ['lcp', { url: 'a.png' }],
    ['hide', 'leave'],
  ],
  'what is painted in a page that nobody sees is of no soft navigation': [
    browser({ types: soft }), ['soft', {}], ['on', 'LCP', { reportAllChanges: true, reportSoftNavs: true }], ['hide', 'tab'], ['lcp', {}],
    ['wait', 1000],
  ],
  'a restored page view after a soft navigation has no navigation entry of it': [
    browser({ types: soft, navigation: undefined }), ['soft', {}], ['on', 'LCP', { reportAllChanges: true, reportSoftNavs: true }],
    ['restore', {}], ['lcp', {}], ['wait', 4],
  ],
  'a first paint that is told after two soft navigations': [
    browser({ state: 'hidden', types: soft }), ['on', 'FCP', { reportSoftNavs: true }], ['soft', {}], ['restore', { away: 2000 }],
    ['wait', 0], ['soft', {}], [...PAINTED, 1423], ['wait', 60],
  ],
  'who waits for TTFB alone does not watch whether the page is hidden': [
    browser({ lacks: ['navigationId'], types: types.slice(0, -1) }), ['on', 'TTFB', {}], ['hide', 'leave'], ['show'], ['on', 'LCP', all],
    ['lcp', {}], ['wait', 60],
  ],
  'who waits for LCP watches, also where there is none': [
    browser({ types: ['navigation', 'paint'] }), ['on', 'LCP', {}], ['restore', { away: 2000 }], ['on', 'TTFB', {}], ['wait', 500],
  ],
  'whose CLS is watched in a prerendered page is seen from its activation': [
    browser({ state: 'prerendering', at: 0, navigation: { ...navigation, responseStart: 0 } }), ['on', 'FCP', {}], ['on', 'CLS', {}], PAINTED,
    ['activate', {}], ['wait', 5],
  ],
  'the CLS that is reported at first is not that of a restored page view': [
    browser(), ['on', 'CLS', all], [...PAINTED, 50], ['restore', {}], ['restore', {}], ['wait', 4],
  ],
  'nor that of one restored right after another': [
    browser({ library: 'plain' }), ['on', 'CLS', all], ['restore', {}], ['wait', 300], ['wait', 17], ['restore', {}], ['restore', {}], ['wait', 0],
    slow({ duration: 40 }), ['wait', 1],
  ],
}
