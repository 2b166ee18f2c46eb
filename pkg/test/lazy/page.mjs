// The least of a page that the lazy loader needs: elements, observers that are told what they see, and images
// that load when a test says so. What only a browser can show is in tests/browser and tests/e2e.
import { lazy } from 'whippet/lazy'

/** Loaders share observers: each ends with its page. */
const running = []

/** `lazy`, for as long as the page is there. */
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
  ownerDocument = { defaultView: globalThis }
  parentNode = null
  style = {}
  #classes = new Set()
  #listeners = {}

  get classList() {
    return { add: (name) => this.#classes.add(name), remove: (name) => this.#classes.delete(name) }
  }
  get className() {
    return [...this.#classes].join(' ')
  }
  get isConnected() {
    return this === document || (this.parentNode?.isConnected ?? false)
  }
  append(...children) {
    for (const child of children) child.parentNode = this
    this.children.push(...children)
    if (this.isConnected) mutated({ addedNodes: children, removedNodes: [] })
  }
  remove() {
    const { parentNode } = this
    parentNode.children.splice(parentNode.children.indexOf(this), 1)
    this.parentNode = null
    mutated({ addedNodes: [], removedNodes: [this] })
  }
  setAttribute(name, value) {
    this.attributes[name] = value
  }
  getAttribute(name) {
    // The few `data-` attributes here are of one word.
    return (name.startsWith('data-') ? this.dataset[name.slice(5)] : this.attributes[name]) ?? null
  }
  hasAttribute(name) {
    return name in this.attributes
  }
  getRootNode() {
    return this.parentNode?.getRootNode() ?? this
  }
  /** Says that `data-` attributes were set anew; what was there before is `before`. */
  rewritten(name, before) {
    mutated({ type: 'attributes', target: this, attributeName: name, oldValue: before })
  }
  getBoundingClientRect() {
    return { left: 0, right: 10, width: 10, height: 10, top: this.top ?? 1e6, bottom: (this.top ?? 1e6) + 10 }
  }
  // Every lazy element matches every selector.
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
  set src(address) {
    this.setAttribute('src', address)
  }
  set onload(resolve) {
    loads.push({ address: this.attributes.src, image: this, resolve })
  }
  set onerror(reject) {
    loads.at(-1).reject = reject
  }
  decode() {
    return Promise.resolve()
  }
}

const named = (localName) =>
  class extends Element {
    localName = localName
  }

/** What is loading now, and what it waits for. */
export const loads = []

const mutationObservers = new Set()
const mutated = (record) => [...mutationObservers].forEach((callback) => callback([{ type: 'childList', ...record }]))

/** The observer that was made last: its options, what it observes, and `show` to tell it what is to be seen. */
export let observer
/** How many were made in this page. */
export let observers

/** Puts a page in place, for as long as the test runs. */
export function page(t, { withObserver = true, connection } = {}) {
  loads.length = 0
  observers = 0
  t.after(() => running.splice(0).forEach((loader) => loader.destroy()))
  const listeners = {}
  const put = {
    Element,
    HTMLImageElement,
    Image: HTMLImageElement,
    HTMLPictureElement: named('picture'),
    HTMLIFrameElement: named('iframe'),
    HTMLMediaElement: named('video'),
    HTMLSourceElement: named('source'),
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
      /** Each element, and where its top is; nowhere: it went away. */
      show(...seen) {
        for (const [target, top] of seen) target.top = top
        const rect = (top) => ({ left: 0, right: 10, top, bottom: top + 10 })
        this.callback(
          seen.map(([target, top]) => ({
            target,
            isIntersecting: top !== undefined,
            boundingClientRect: rect(top ?? 1e6),
            rootBounds: rect(0),
          })),
        )
      }
    },
  }
  if (!withObserver) delete put.IntersectionObserver
  for (const [name, value] of Object.entries(put)) {
    const before = Object.getOwnPropertyDescriptor(globalThis, name)
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
    t.after(() => (before ? Object.defineProperty(globalThis, name, before) : delete globalThis[name]))
  }
  mutationObservers.clear()
  return {
    say: (name, event = {}) => listeners[name](event),
    network(online) {
      navigator.onLine = online
      listeners[online ? 'online' : 'offline']()
    },
  }
}

/** An image that waits for `address`. */
export function image(address) {
  return Object.assign(new HTMLImageElement(), { dataset: { src: address } })
}

/** Lets the load of `address` end, and what follows happen. */
export async function end(address, well = true) {
  const [load] = loads.splice(loads.findIndex((load) => load.address === address), 1)
  if (well) load.resolve()
  else load.reject(new Error('broken'))
  for (let turn = 0; turn < 5; turn++) await Promise.resolve()
  // What arrives in a burst is shown together.
  if (well) await new Promise((done) => setTimeout(done, 130))
}

export const loading = () => loads.map(({ address }) => address)
