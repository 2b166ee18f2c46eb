// Scripts on which the libraries once differed, found by random scripts and shortened.
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
/** A browser with all entry types but soft navigations, changed by `fields`. */
export const browser = (fields) => ['browser', { types, at: 100, library: 'attributed', navigation, ...fields }]

const all = { reportAllChanges: true }
const slow = (fields) => ['event', { duration: 104, interactionId: 7, ...fields }]
const PAINTED = ['paint', 'first-contentful-paint']

export const regressions = {
  'an interaction with the document itself has an empty target': [browser(), ['on', 'INP', all], slow({ target: 'document' }), ['wait', 50]],
  'a later event of an interaction may provide its target': [
    browser(), ['on', 'INP', all], slow({ target: 'document' }), slow({ duration: 200, target: 'button' }), ['wait', 50],
  ],
  'the targets of interactions before a restore are dropped': [
    browser(), ['on', 'INP', {}], slow({ target: 'button' }), ['restore', {}], slow(), ['restore', {}],
  ],
  'events that are delivered separately are processed in separate idle periods': [
    browser(), ['on', 'INP', all], ['busy', true], slow({ duration: 600, counts: 60 }), ['wait', 17],
    slow({ duration: 304, interactionId: 14 }), ['wait', 1100],
  ],
  'an idle callback from before a restore does not run for the new page view': [
    browser({ library: 'plain' }), ['on', 'INP', all], ['busy', true], slow({ interactionId: 0 }), ['wait', 310], ['restore', { away: 2000 }],
    slow({ interactionId: 0, counts: 1 }), ['wait', 500],
  ],
  'without interactionCount, interactions are counted by their events when the page is hidden': [
    browser({ lacks: ['interactionCount'] }), ['on', 'INP', {}], slow({ interactionId: 700 }), slow({ interactionId: 91 }), ['hide', 'tab'],
  ],
  'a page that was hidden while it loaded gets its LCP when it is restored': [
    browser({ state: 'hidden' }), ['on', 'LCP', all], ['restore', { away: 1000 }], ['wait', 1], ['lcp', {}], ['wait', 17],
  ],
  'LCP is reported for a page that is restored after its paint': [
    browser({ library: 'plain' }), ['on', 'INP', {}], ['lcp', {}], ['hide', 'leave'], ['on', 'LCP', {}], ['restore', {}], ['wait', 60],
  ],
  'a final LCP is not reported again': [
    browser(), ['lcp', {}], ['hide', 'tab'], ['on', 'LCP', {}], ['restore', {}], ['hide', 'leave'],
  ],
  'an input after a restore makes the restored LCP final': [
    browser({ lacks: ['requestIdleCallback'] }), ['on', 'FCP', {}], ['lcp', {}], ['hide', 'leave'], ['on', 'LCP', {}], ['restore', {}],
    ['input', 'click'], ['wait', 500],
  ],
  'the resource of a paint that is reported when the page is hidden': [
    browser(), ['on', 'LCP', {}], ['resource', { url: 'a.png' }], ['wait', 300], ['resource', { url: 'a.png' }], ['lcp', { url: 'a.png' }],
    ['hide', 'leave'],
  ],
  'a paint in a hidden page does not belong to a soft navigation': [
    browser({ types: soft }), ['soft', {}], ['on', 'LCP', { reportAllChanges: true, reportSoftNavs: true }], ['hide', 'tab'], ['lcp', {}],
    ['wait', 1000],
  ],
  'a page view that is restored after a soft navigation has no navigation entry': [
    browser({ types: soft, navigation: undefined }), ['soft', {}], ['on', 'LCP', { reportAllChanges: true, reportSoftNavs: true }],
    ['restore', {}], ['lcp', {}], ['wait', 4],
  ],
  'a first paint may be delivered after two soft navigations': [
    browser({ state: 'hidden', types: soft }), ['on', 'FCP', { reportSoftNavs: true }], ['soft', {}], ['restore', { away: 2000 }],
    ['wait', 0], ['soft', {}], [...PAINTED, 1423], ['wait', 60],
  ],
  'onTTFB alone does not observe whether the page is hidden': [
    browser({ lacks: ['navigationId'], types: types.slice(0, -1) }), ['on', 'TTFB', {}], ['hide', 'leave'], ['show'], ['on', 'LCP', all],
    ['lcp', {}], ['wait', 60],
  ],
  'onLCP observes whether the page is hidden, even without LCP entries': [
    browser({ types: ['navigation', 'paint'] }), ['on', 'LCP', {}], ['restore', { away: 2000 }], ['on', 'TTFB', {}], ['wait', 500],
  ],
  'onCLS in a prerendering page counts it as visible from its activation': [
    browser({ state: 'prerendering', at: 0, navigation: { ...navigation, responseStart: 0 } }), ['on', 'FCP', {}], ['on', 'CLS', {}], PAINTED,
    ['activate', {}], ['wait', 5],
  ],
  'the first CLS report does not belong to a restored page view': [
    browser(), ['on', 'CLS', all], [...PAINTED, 50], ['restore', {}], ['restore', {}], ['wait', 4],
  ],
  'the first CLS report does not belong to a page view restored right after another': [
    browser({ library: 'plain' }), ['on', 'CLS', all], ['restore', {}], ['wait', 300], ['wait', 17], ['restore', {}], ['restore', {}], ['wait', 0],
    slow({ duration: 40 }), ['wait', 1],
  ],
}
