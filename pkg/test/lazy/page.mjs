// A mock page for the lazy loader: elements, observers whose entries come from the test, and images whose loads the test ends.
// What only a browser can show is in tests/browser and tests/e2e.
import { lazy } from 'whippet/lazy'

/** The loaders of the current page, which are destroyed with it. */
const running = []

/** Calls `lazy`; the loader is destroyed at the end of the test. */
export function start(...args) {
  running.push(lazy(...args))
  return running.at(-1)
}

class Element {
  attributes = {}
  children = []
  dataset = {}
  localName = 'div'
  nodeType = 1
  ownerDocument = { createElement: () => new HTMLImageElement() }
  parentNode = null
  style = {}
  #classes = new Set()
  #listeners = {}

  get classList() {
    const classes = this.#classes
    return {
      add: (name) => classes.add(name),
      remove: (name) => classes.delete(name),
      // The new one takes the place of the old one.
      replace: (name, by) => {
        if (!classes.has(name)) return false
        this.#classes = new Set([...classes].map((one) => (one === name ? by : one)))
        return true
      },
    }
  }
  get className() {
    return [...this.#classes].join(' ')
  }
  get isConnected() {
    return this === document || (this.parentNode?.isConnected ?? false)
  }
  contains(node) {
    return node === this || (!!node.parentNode && this.contains(node.parentNode))
  }
  /** The tests' pictures have no children. */
  closest() {
    return null
  }
  append(...children) {
    for (const child of children) child.parentNode = this
    this.children.push(...children)
    if (this.isConnected) reportMutation({ addedNodes: children, removedNodes: [] })
  }
  remove() {
    const { parentNode } = this
    parentNode.children.splice(parentNode.children.indexOf(this), 1)
    this.parentNode = null
    reportMutation({ addedNodes: [], removedNodes: [this] })
  }
  setAttribute(name, value) {
    this.attributes[name] = value
  }
  getAttribute(name) {
    // The `data-` attributes of these tests are single words.
    return (name.startsWith('data-') ? this.dataset[name.slice(5)] : this.attributes[name]) ?? null
  }
  hasAttribute(name) {
    return name in this.attributes
  }
  getRootNode() {
    return this.parentNode?.getRootNode() ?? this
  }
  /** Reports that an attribute was set, whose value was `before`. */
  reportChange(name, before) {
    reportMutation({ type: 'attributes', target: this, attributeName: name, oldValue: before })
  }
  getBoundingClientRect() {
    return { left: 0, right: 10, width: 10, height: 10, top: this.top ?? 1e6, bottom: (this.top ?? 1e6) + 10 }
  }
  // Every element with `data-` attributes matches every selector.
  matches() {
    return Object.keys(this.dataset).length > 0
  }
  querySelectorAll(selector) {
    return this.children.flatMap((child) => [...(child.matches(selector) ? [child] : []), ...child.querySelectorAll(selector)])
  }
  addEventListener(name, listener) {
    this.#listeners[name] = listener
  }
  dispatch(name) {
    this.#listeners[name]()
  }
}

class HTMLImageElement extends Element {
  localName = 'img'
  naturalWidth = 0
  set src(url) {
    this.setAttribute('src', url)
  }
  set onload(resolve) {
    loads.push({ url: this.attributes.src, image: this, resolve })
  }
  set onerror(reject) {
    loads.at(-1).reject = reject
  }
  decode() {
    return Promise.resolve()
  }
}

const elementClass = (localName) =>
  class extends Element {
    localName = localName
  }

/** The images that are loading. */
export const loads = []

const mutationObservers = new Set()
const reportMutation = (record) => [...mutationObservers].forEach((callback) => callback([{ type: 'childList', ...record }]))

/** The observer that was created last: its options, its elements, and `show` to report entries to it. */
export let observer
/** How many observers were created in this page. */
export let observers

/** Installs the globals of a page for the duration of the test. */
export function page(t, { withObserver = true, connection } = {}) {
  loads.length = 0
  observers = 0
  t.after(() => running.splice(0).forEach((loader) => loader.destroy()))
  const listeners = {}
  const globals = {
    Element,
    HTMLImageElement,
    Image: HTMLImageElement,
    HTMLPictureElement: elementClass('picture'),
    HTMLIFrameElement: elementClass('iframe'),
    HTMLMediaElement: elementClass('video'),
    HTMLSourceElement: elementClass('source'),
    document: new Element(),
    navigator: { onLine: true, connection },
    devicePixelRatio: 1,
    innerWidth: 10,
    innerHeight: 10,
    addEventListener: (name, listener) => (listeners[name] = listener),
    removeEventListener: (name) => delete listeners[name],
    MutationObserver: class {
      constructor(callback) {
        this.callback = callback
      }
      observe() {
        mutationObservers.add(this.callback)
      }
      disconnect() {
        mutationObservers.delete(this.callback)
      }
    },
    IntersectionObserver: class {
      observed = new Set()
      constructor(callback, options) {
        this.callback = callback
        this.options = options
        observer = this
        observers++
      }
      observe(element) {
        this.observed.add(element)
      }
      unobserve(element) {
        this.observed.delete(element)
      }
      disconnect() {
        this.observed.clear()
      }
      /** Reports entries: elements with their top, or `undefined` for one that left. */
      show(...entries) {
        for (const [target, top] of entries) target.top = top
        const rect = (top) => ({ left: 0, right: 10, top, bottom: top + 10 })
        this.callback(
          entries.map(([target, top]) => ({
            target,
            isIntersecting: top !== undefined,
            boundingClientRect: rect(top ?? 1e6),
            rootBounds: rect(0),
          })),
        )
      }
    },
  }
  if (!withObserver) delete globals.IntersectionObserver
  for (const [name, value] of Object.entries(globals)) {
    const before = Object.getOwnPropertyDescriptor(globalThis, name)
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
    t.after(() => (before ? Object.defineProperty(globalThis, name, before) : delete globalThis[name]))
  }
  mutationObservers.clear()
  return {
    dispatch: (name, event = {}) => listeners[name](event),
    network(online) {
      navigator.onLine = online
      listeners[online ? 'online' : 'offline']()
    },
  }
}

/** A lazy image. */
export function image(url) {
  return Object.assign(new HTMLImageElement(), { dataset: { src: url } })
}

/** Ends the load of `url`, and waits for its consequences. */
export async function end(url, success = true) {
  const [load] = loads.splice(
    loads.findIndex((load) => load.url === url),
    1,
  )
  if (success) load.resolve()
  else load.reject(new Error('broken'))
  for (let turn = 0; turn < 5; turn++) await Promise.resolve()
  // Images are decoded and shown in batches.
  if (success) await new Promise((done) => setTimeout(done, 130))
}

export const loading = () => loads.map(({ url }) => url)
