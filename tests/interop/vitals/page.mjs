// A browser's page, as far as libraries that measure it can see.
import { makeNodes } from './nodes.mjs'
import { Tasks } from './tasks.mjs'
import { Timeline } from './timeline.mjs'

/** The globals that a library is given; those that a browser lacks are `undefined`. */
export const GLOBALS = [
  'globalThis', 'self', 'window', 'document', 'performance', 'navigator', 'location', 'console',
  'addEventListener', 'removeEventListener', 'dispatchEvent', 'setTimeout', 'clearTimeout', 'setInterval',
  'requestAnimationFrame', 'cancelAnimationFrame', 'requestIdleCallback', 'cancelIdleCallback',
  'PerformanceObserver', 'PerformanceEntry', 'PerformanceEventTiming', 'PerformanceNavigationTiming',
  'PerformanceSoftNavigation', 'PerformanceLongAnimationFrameTiming', 'LayoutShift', 'LargestContentfulPaint',
]

/** An event's time is a moment before its listeners run. */
const DISPATCH = 0.5

export class Page {
  /** What threw: a browser's console would show it. */
  errors = []
  interactions = 0
  navigationId
  readyState
  #listeners = new Map()

  /** `lacks`: what this browser does not know. See `script.mjs` for the rest. */
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
    this.seen(0)
    this.window = this.#globals(has)
  }

  #navigate(navigation) {
    if (!navigation) return
    const { navigationId } = this
    this.navigation = this.entry('navigation', {
      entryType: 'navigation', name: 'https://site.example/first', startTime: 0, duration: 0, navigationId, ...navigation,
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

  /** An entry of the class that `type` has. */
  entry(type, fields) {
    const names = {
      navigation: 'PerformanceNavigationTiming', event: 'PerformanceEventTiming', 'first-input': 'PerformanceEventTiming',
      'soft-navigation': 'PerformanceSoftNavigation', 'layout-shift': 'LayoutShift',
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

  /** Dispatches an event on the document, or on the window alone; each listener is a task of its own. */
  async dispatch(type, { onWindow, ...fields } = {}) {
    const target = onWindow ? this.window : this.document
    const event = { type, isTrusted: true, timeStamp: this.tasks.now - DISPATCH, target, ...fields }
    const path = onWindow
      ? ['window true', 'window false']
      : ['window true', 'document true', 'document false', 'window false']
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

  /** Tells one observer what waits for it, of any type or of these. */
  async deliver(types) {
    const tell = this.timeline.deliver(types)
    if (tell) await this.tasks.run(tell)
    return !!tell
  }

  /** The browser's record of whether the page is seen. */
  seen(startTime = this.tasks.now) {
    const { visibilityState: name } = this.document
    this.timeline.add(this.entry('visibility-state', { entryType: 'visibility-state', name, startTime, duration: 0 }))
  }
}

/** Libraries ask the classes' prototypes what a browser knows. */
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
