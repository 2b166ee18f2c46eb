// A simulated page, with the APIs that the libraries use.
import { makeNodes } from './nodes.mjs'
import { Tasks } from './tasks.mjs'
import { Timeline } from './timeline.mjs'

/** The globals that a library gets. Those that a browser lacks are `undefined`. */
export const GLOBALS = [
  'globalThis',
  'self',
  'window',
  'document',
  'performance',
  'navigator',
  'location',
  'console',
  'addEventListener',
  'removeEventListener',
  'dispatchEvent',
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'requestAnimationFrame',
  'cancelAnimationFrame',
  'requestIdleCallback',
  'cancelIdleCallback',
  'PerformanceObserver',
  'PerformanceEntry',
  'PerformanceEventTiming',
  'PerformanceNavigationTiming',
  'PerformanceSoftNavigation',
  'PerformanceLongAnimationFrameTiming',
  'LayoutShift',
  'LargestContentfulPaint',
]

/** The delay between the `timeStamp` of an event and its listeners, ms. */
const DISPATCH = 0.5

export class Page {
  /** Uncaught errors. */
  errors = []
  interactions = 0
  navigationId
  readyState
  #listeners = new Map()

  /** `lacks`: the APIs that this browser does not support. `script.mjs` has the other options. */
  constructor({ types, lacks = [], eager, kept, state = 'visible', readyState = 'complete', at = 0, navigation, discarded }) {
    const has = (name) => !lacks.includes(name)
    this.tasks = new Tasks({
      failed: (error) => this.errors.push(error),
      isShown: () => this.document.visibilityState === 'visible',
      deliver: () => this.deliver(),
    })
    this.types = types
    this.timeline = new Timeline(types, eager, kept)
    this.tasks.now = at
    this.classes = entryClasses(has)
    if (has('navigationId')) this.navigationId = 1
    const page = this
    this.document = {
      nodeType: 9,
      nodeName: '#document',
      isConnected: true,
      visibilityState: state === 'visible' ? 'visible' : 'hidden',
      get hidden() {
        return this.visibilityState === 'hidden'
      },
      get readyState() {
        return page.readyState
      },
      addEventListener: this.#addTo('document'),
      removeEventListener: this.#removeFrom('document'),
    }
    this.readyState = readyState
    if (has('prerendering')) this.document.prerendering = state === 'prerendering'
    if (has('wasDiscarded')) this.document.wasDiscarded = !!discarded
    this.nodes = makeNodes(this.document)
    this.#navigate(navigation)
    this.recordVisibility(0)
    this.window = this.#globals(has)
  }

  #navigate(navigation) {
    if (!navigation) return
    const { navigationId } = this
    this.navigation = this.entry('navigation', {
      entryType: 'navigation',
      name: 'https://site.example/first',
      startTime: 0,
      duration: 0,
      navigationId,
      ...navigation,
    })
    this.timeline.add(this.navigation)
  }

  #globals(has) {
    const { tasks, timeline } = this
    const performance = {
      now: () => tasks.now,
      timeOrigin: 1_800_000_000_000,
      getEntriesByType: timeline.getEntriesByType,
      getEntriesByName: timeline.getEntriesByName,
      getEntries: () => [],
      mark() {},
      measure() {},
    }
    const page = this
    if (has('interactionCount')) {
      Object.defineProperty(performance, 'interactionCount', { get: () => page.interactions, enumerable: true })
    }
    const window = {
      document: this.document,
      performance,
      navigator: { userAgent: 'simulated' },
      location: { href: 'https://site.example/first' },
      console: { log() {}, warn: (...args) => this.errors.push(new Error(args.join(' '))), error() {} },
      addEventListener: this.#addTo('window'),
      removeEventListener: this.#removeFrom('window'),
      setTimeout: tasks.setTimeout,
      clearTimeout: tasks.clearTimeout,
      requestAnimationFrame: tasks.requestAnimationFrame,
      cancelAnimationFrame: tasks.cancelAnimationFrame,
    }
    if (has('requestIdleCallback')) {
      window.requestIdleCallback = tasks.requestIdleCallback
      window.cancelIdleCallback = tasks.cancelIdleCallback
    }
    if (has('PerformanceObserver')) window.PerformanceObserver = timeline.observerClass()
    for (const [name, known] of Object.entries(this.classes)) if (has(name)) window[name] = known
    return Object.assign(window, { window, self: window, globalThis: window })
  }

  /** Creates an entry with the class of its type. */
  entry(type, fields) {
    const names = {
      navigation: 'PerformanceNavigationTiming',
      event: 'PerformanceEventTiming',
      'first-input': 'PerformanceEventTiming',
      'soft-navigation': 'PerformanceSoftNavigation',
      'layout-shift': 'LayoutShift',
      'largest-contentful-paint': 'LargestContentfulPaint',
    }
    const entry = new this.classes[names[type] ?? 'PerformanceEntry']()
    return Object.defineProperties(entry, Object.getOwnPropertyDescriptors(fields))
  }

  #addTo = (target) => (type, listener, options) => {
    const { capture = false, once = false } = typeof options === 'object' ? (options ?? {}) : { capture: !!options }
    const key = `${target} ${type} ${capture}`
    if (!this.#listeners.has(key)) this.#listeners.set(key, [])
    const listeners = this.#listeners.get(key)
    if (!listeners.some((known) => known.listener === listener)) listeners.push({ listener, once })
  }

  #removeFrom = (target) => (type, listener, options) => {
    const capture = typeof options === 'object' ? !!options?.capture : !!options
    const listeners = this.#listeners.get(`${target} ${type} ${capture}`) ?? []
    const at = listeners.findIndex((known) => known.listener === listener)
    if (at >= 0) listeners.splice(at, 1)
  }

  /** Dispatches an event on the document or the window. Each listener runs in a separate task. */
  async dispatch(type, { onWindow, ...fields } = {}) {
    const target = onWindow ? this.window : this.document
    const event = { type, isTrusted: true, timeStamp: this.tasks.now - DISPATCH, target, ...fields }
    const path = onWindow ? ['window true', 'window false'] : ['window true', 'document true', 'document false', 'window false']
    for (const place of path) {
      const [where, capture] = place.split(' ')
      const listeners = this.#listeners.get(`${where} ${type} ${capture}`) ?? []
      for (const known of [...listeners]) {
        if (!listeners.includes(known)) continue
        if (known.once) listeners.splice(listeners.indexOf(known), 1)
        await this.tasks.run(() => known.listener.call(target, event))
      }
    }
  }

  /** Delivers pending entries to one observer, of any type or of `types`. */
  async deliver(types) {
    const callObserver = this.timeline.deliver(types)
    if (callObserver) await this.tasks.run(callObserver)
    return !!callObserver
  }

  /** Adds a `visibility-state` entry. */
  recordVisibility(startTime = this.tasks.now) {
    const { visibilityState: name } = this.document
    this.timeline.add(this.entry('visibility-state', { entryType: 'visibility-state', name, startTime, duration: 0 }))
  }
}

/** Libraries detect features by the prototypes of these classes. */
function entryClasses(has) {
  class PerformanceEntry {
    toJSON() {
      return { ...this }
    }
  }
  class PerformanceEventTiming extends PerformanceEntry {}
  if (has('interactionId')) PerformanceEventTiming.prototype.interactionId = 0
  class PerformanceSoftNavigation extends PerformanceEntry {
    largest = null
  }
  if (has('getLargestInteractionContentfulPaint')) {
    PerformanceSoftNavigation.prototype.getLargestInteractionContentfulPaint = function () {
      return this.largest
    }
  }
  return {
    PerformanceEntry,
    PerformanceEventTiming,
    PerformanceSoftNavigation,
    PerformanceNavigationTiming: class extends PerformanceEntry {},
    PerformanceLongAnimationFrameTiming: class extends PerformanceEntry {},
    LayoutShift: class extends PerformanceEntry {},
    LargestContentfulPaint: class extends PerformanceEntry {},
  }
}
