// Random scripts. The same seed makes the same script. The first step is the browser, the others are those of `steps.mjs`.
import { Chance } from '../query/script.mjs'

// Times are eighths of a ms, so that sums are exact in any order.
const eighths = (c, most) => c.below(most * 8) / 8

const ALL = [
  'event',
  'first-input',
  'largest-contentful-paint',
  'layout-shift',
  'long-animation-frame',
  'navigation',
  'paint',
  'resource',
  'visibility-state',
]
const SOFT = ['soft-navigation', 'interaction-contentful-paint']
const METRICS = ['LCP', 'CLS', 'INP', 'FCP', 'TTFB']
const NODES = [
  'html',
  'body',
  'main',
  'list',
  'item',
  'button',
  'image',
  'deep',
  'longId',
  'inLongId',
  'vector',
  'host',
  'shadow',
  'inShadow',
  'text',
  'document',
]
const URLS = ['https://site.example/a.png', 'https://cdn.example/b.webp', 'data:image/gif;base64,R0lG']
const node = (c) => c.of(undefined, ...NODES)

const BROWSERS = {
  chromium: () => ({ types: ALL, lacks: ['getLargestInteractionContentfulPaint', 'PerformanceSoftNavigation'] }),
  soft: () => ({ types: [...ALL, ...SOFT] }),
  softTrial: () => ({ types: [...ALL, ...SOFT], lacks: ['getLargestInteractionContentfulPaint'] }),
  chromiumOld: () => ({
    types: ALL.filter((type) => !/frame|visibility/.test(type)),
    lacks: [
      'interactionCount',
      'navigationId',
      'wasDiscarded',
      'PerformanceSoftNavigation',
      'PerformanceLongAnimationFrameTiming',
    ],
  }),
  firefox: () => ({
    types: ['event', 'first-input', 'largest-contentful-paint', 'navigation', 'paint', 'resource'],
    lacks: ['interactionCount', 'navigationId', 'prerendering', 'wasDiscarded', 'PerformanceSoftNavigation', 'LayoutShift'],
  }),
  firefoxOld: () => ({
    types: ['event', 'first-input', 'navigation', 'paint', 'resource'],
    lacks: ['interactionCount', 'interactionId', 'navigationId', 'prerendering', 'wasDiscarded', 'PerformanceSoftNavigation'],
  }),
  safari: () => ({
    types: ['event', 'first-input', 'largest-contentful-paint', 'navigation', 'paint', 'resource'],
    lacks: ['interactionCount', 'navigationId', 'prerendering', 'requestIdleCallback', 'PerformanceSoftNavigation'],
  }),
  safariOld: () => ({
    types: ['navigation', 'paint', 'resource'],
    eager: true,
    lacks: [
      'interactionCount',
      'PerformanceEventTiming',
      'navigationId',
      'prerendering',
      'requestIdleCallback',
      'wasDiscarded',
      'PerformanceSoftNavigation',
      'LayoutShift',
      'LargestContentfulPaint',
    ],
  }),
}

function navigation(c, at) {
  if (c.is(0.05)) return undefined
  const redirect = c.is(0.3) ? 8 : 0
  const fetchStart = redirect + 2
  const connected = c.is(0.2) ? fetchStart : fetchStart + eighths(c, 40)
  return {
    type: c.of('navigate', 'navigate', 'reload', 'back_forward', 'prerender', ''),
    redirectStart: redirect && 1,
    redirectEnd: redirect,
    workerStart: c.of(0, 0, fetchStart - 1),
    fetchStart: c.is(0.05) ? 0 : fetchStart,
    domainLookupStart: fetchStart,
    domainLookupEnd: fetchStart + 0.5,
    connectStart: fetchStart + 0.5,
    connectEnd: connected + 0.5,
    requestStart: connected + 1,
    responseStart: c.is(0.7) ? connected + 9 : c.of(connected + 900, 0, -5, at + 10_000),
    responseEnd: connected + 20,
    activationStart: 0,
    domInteractive: 0,
    domContentLoadedEventStart: 0,
    domComplete: 0,
    loadEventStart: 0,
    loadEventEnd: 0,
  }
}

function browser(c) {
  const kind = c.of('chromium', 'chromium', 'soft', 'soft', 'soft', ...Object.keys(BROWSERS))
  const made = BROWSERS[kind]()
  const at = c.of(0, 12, 60.125, 60.125, 1200.5)
  const state = made.lacks?.includes('prerendering')
    ? c.of('visible', 'visible', 'hidden')
    : c.of('visible', 'visible', 'visible', 'visible', 'hidden', 'prerendering')
  const readyState = c.of('loading', 'interactive', 'complete')
  const times = navigation(c, at)
  if (times && readyState !== 'loading') times.domInteractive = at / 2
  if (times && readyState === 'complete')
    Object.assign(times, { domContentLoadedEventStart: at / 2 + 1, domComplete: at, loadEventEnd: at })
  return [
    'browser',
    {
      kind,
      ...made,
      state,
      readyState,
      at,
      navigation: times,
      discarded: c.is(0.1),
      library: c.of('plain', 'attributed', 'attributed'),
    },
  ]
}

const back = (c) => c.of(0, 0, 0, eighths(c, 8), eighths(c, 8), eighths(c, 300), eighths(c, 3000))
/** The delay until an event's entry is added, ms. Shorter than `back`, as browsers add events soon. */
const late = (c) => c.of(0, 0, 0, eighths(c, 8), eighths(c, 8), eighths(c, 300))
const interaction = (c) => c.of(0, 7, 14, 21, 28, 35, 42, 49, 56, 63, 70, 77, 84, 91, 350, 700)

const lcp = (c) => ({
  back: back(c),
  element: node(c),
  ...(c.is(0.4) && { url: c.of(...URLS) }),
  ...(c.is(0.2) && { id: 'hero' }),
})

function options(c, name) {
  const opts = {}
  if (c.is(0.45)) opts.reportAllChanges = c.is(0.9)
  if (c.is(0.5)) opts.reportSoftNavs = c.is(0.9)
  if (c.is(0.3)) opts.durationThreshold = c.of(0, 16, 40, 104, 200)
  if (c.is(0.3)) opts.generateTarget = c.of('named', 'nothing', 'empty', 'null')
  if (c.is(0.5)) opts.includeProcessedEventEntries = true
  if (name === 'LCP' && c.is(0.3)) opts.resourceBufferSize = c.of(0, 1, 2, 50)
  return opts
}

const on = (c) => {
  const name = c.of(...METRICS, 'LCP', 'INP')
  return ['on', name, options(c, name)]
}

const STEPS = {
  on: [9, on],
  wait: [26, (c) => ['wait', c.of(0, 1, 4.125, 17, 60, 310.5, 1100, 6000)]],
  busy: [2, (c) => ['busy', c.is(0.5)]],
  paint: [5, (c) => ['paint', c.of('first-contentful-paint', 'first-contentful-paint', 'first-paint'), back(c)]],
  lcp: [7, (c) => ['lcp', lcp(c)]],
  shift: [
    8,
    (c) => [
      'shift',
      {
        back: back(c),
        value: c.of(1, 4, 16, 64, 256, 0) / 1024,
        ...(c.is(0.2) && { hadRecentInput: true }),
        ...(c.is(0.7) && { sources: Array.from({ length: c.below(3) }, () => node(c)) }),
      },
    ],
  ],
  event: [
    16,
    (c) => {
      const name = c.of('pointerdown', 'pointerup', 'click', 'click', 'keydown', 'keyup', 'pointerenter')
      const duration = c.of(8, 16, 24, 40, 48, 104, 104, 200, 304, 600)
      return [
        'event',
        {
          name,
          back: c.is(0.7) ? duration + late(c) : late(c),
          duration,
          delay: eighths(c, duration),
          processing: eighths(c, duration + 8),
          interactionId: interaction(c),
          target: node(c),
          counts: c.of(0, 1, 1, 60),
          ...(c.is(0.12) && { type: 'first-input' }),
          ...(c.is(0.15) && { targetSelector: c.of('from#browser', '') }),
        },
      ]
    },
  ],
  counts: [1, (c) => ['counts', c.of(1, 1, 49, 50, 100)]],
  resource: [4, (c) => ['resource', { url: c.of(...URLS), back: back(c), asked: c.of(0, 1, 5.5), duration: eighths(c, 200) }]],
  frame: [
    5,
    (c) => {
      const duration = c.of(56, 120, 400.125)
      const scripts = Array.from({ length: c.below(3) }, () => ({
        after: eighths(c, duration),
        duration: c.of(0, 8, 64, 256),
        forced: c.of(0, 0, 4, 8),
      }))
      return ['frame', { back: c.of(duration, duration + eighths(c, 50), 0), duration, layout: c.of(0, 8, 20), scripts }]
    },
  ],
  soft: [
    4,
    (c) => [
      'soft',
      {
        back: back(c),
        ids: c.of(1, 1, 1, 4, 0),
        interaction: interaction(c),
        painted: c.of(undefined, 'paintTime', 'presentationTime'),
        ...(c.is(0.5) && { largest: { back: back(c), ...(c.is(0.9) && { paint: lcp(c) }) } }),
      },
    ],
  ],
  icp: [
    4,
    (c) => ['icp', { back: back(c), ...(c.is(0.8) && { interaction: interaction(c) }), ...(c.is(0.9) && { paint: lcp(c) }) }],
  ],
  input: [4, (c) => ['input', c.of('keydown', 'click', 'click', 'pointerdown', 'scroll'), c.is(0.9)]],
  untrusted: [1, (c) => ['untrusted', c.of('visibilitychange', 'pageshow')]],
  hide: [6, (c) => ['hide', c.of('tab', 'leave')]],
  show: [5, () => ['show']],
  restore: [3, (c) => ['restore', { away: c.of(10, 2000), late: c.is(0.4), persisted: c.is(0.9) }]],
  activate: [3, (c) => ['activate', { ...(c.is(0.2) && { background: true }), ...(c.is(0.4) && { shownFirst: true }) }]],
  ready: [4, (c) => ['ready', c.of('interactive', 'parsed', 'complete', 'complete')]],
  remove: [3, (c) => ['remove', c.of(...NODES.slice(1, -1))]],
}

const total = Object.values(STEPS).reduce((sum, [weight]) => sum + weight, 0)

/** A script of up to `length` steps. */
export function scriptOf(seed, length = 40) {
  const c = new Chance(seed)
  const script = [browser(c)]
  for (let i = c.below(4); i > 0; i--) script.push(on(c))
  if (c.is(0.5)) script.push(['paint', 'first-contentful-paint', eighths(c, 8)])
  for (let i = 6 + c.below(length); i > 0; i--) {
    let at = c.next() * total
    const [, make] = Object.values(STEPS).find(([weight]) => (at -= weight) < 0)
    script.push(make(c))
  }
  script.push(['wait', 500], ['hide', 'leave'])
  return script
}
