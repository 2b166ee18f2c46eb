// Measures one library per page: registering images, and loading them while the page is scrolled.
import LazyLoad from 'vanilla-lazyload'
import lozad from 'lozad'
import { lazy } from 'whippet/lazy'

const MARGIN = 300

const begin = {
  'vanilla-lazyload': () => new LazyLoad({ threshold: MARGIN }),
  lozad: () => lozad('.lazy', { rootMargin: `${MARGIN}px` }).observe(),
  whippet: () => lazy('.lazy', { rootMargin: MARGIN }),
}

let begun = Infinity
globalThis.begin = (name) => {
  begun = performance.now()
  globalThis.loader = begin[name]()
}

const frame = () => new Promise((done) => requestAnimationFrame(done))

/** Scrolls down by `step` px: through `screens` screens, each once the last one is loaded, or one step per frame to the end. */
globalThis.scroll = async (step, screens) => {
  const end = screens > 0 ? step * screens : document.documentElement.scrollHeight - innerHeight - 1
  do {
    if (screens > 0) await seen()
    scrollBy(0, step)
    await frame()
  } while (scrollY < end)
  await seen()
}

/** Waits until every image on the screen is loaded. */
async function seen() {
  const images = [...document.images]
  // All images have the same height, in order, so a binary search finds the first one on the screen.
  let [from, to] = [0, images.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if (images[middle].getBoundingClientRect().bottom < 0) from = middle + 1
    else to = middle
  }
  for (const image of images.slice(from)) {
    if (image.getBoundingClientRect().top > innerHeight) return
    while (!image.src || !image.complete) await new Promise((done) => setTimeout(done, 20))
  }
}

globalThis.shift = 0
/** The elements of a layout shift, with their old and new positions. */
globalThis.moved = []
new PerformanceObserver((list) => {
  for (const { value, sources, startTime } of list.getEntries()) {
    // Rows that are painted during parsing shift by about 0.02 even without a library.
    if (startTime < begun) continue
    globalThis.shift += value
    for (const { node, previousRect, currentRect } of sources) {
      const [from, to] = [previousRect, currentRect].map(({ x, y, width, height }) => [x, y, width, height].join(' '))
      globalThis.moved.push(
        `${value.toFixed(4)} at ${startTime | 0} ms: ${node?.dataset?.src ?? node?.nodeName ?? 'what is gone'}, ${from} → ${to}`,
      )
    }
  }
}).observe({ type: 'layout-shift', buffered: true })
