// The least of a page that the lazy loader needs: elements, observers that are told what they see, and images
// that load when a test says so. What only a browser can show is in tests/browser and tests/e2e.

class Element {
  attributes = {}
  children = []
  dataset = {}
  nodeType = 1
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
  naturalWidth = 0
  cloneNode() {
    return Object.assign(new HTMLImageElement(), { dataset: { ...this.dataset } })
  }
  set src(address) {
    this.setAttribute('src', address)
  }
  decode() {
    return new Promise((resolve, reject) => loads.push({ address: this.attributes.src, image: this, resolve, reject }))
  }
}

/** What is loading now, and what it waits for. */
export const loads = []

const mutationObservers = new Set()
const mutated = (record) => mutationObservers.forEach((callback) => callback([record]))

/** The observer that was made last: its options, what it observes, and `show` to tell it what is to be seen. */
export let observer

/** Puts a page in place, for as long as the test runs. */
export function page(t, { withObserver = true } = {}) {
  loads.length = 0
  const listeners = {}
  const put = {
    Element,
    HTMLImageElement,
    Image: HTMLImageElement,
    HTMLPictureElement: class extends Element {},
    HTMLIFrameElement: class extends Element {},
    HTMLMediaElement: class extends Element {},
    HTMLSourceElement: class extends Element {},
    document: new Element(),
    navigator: { onLine: true },
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
  await Promise.resolve()
  await Promise.resolve()
  await Promise.resolve()
}

export const loading = () => loads.map(({ address }) => address)
