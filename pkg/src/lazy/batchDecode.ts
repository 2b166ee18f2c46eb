// Decodes images that arrive in a burst together, so that they are shown in a few frames instead of many.

/**
 * The shortest time between two batches, in ms. Each frame in which an image is shown costs a layout, a paint and the
 * computation of intersections. 100 ms is the longest delay that still feels immediate.
 */
const BATCH_INTERVAL = 100
/** The delay of a batch after its first image, in ms: most images of one burst have arrived by then. It saves 5 % of the time. */
const BATCH_DELAY = 32
/** Images of no more pixels than this, 256 KB, are decoded in about a millisecond, which takes less than a frame of their own. */
const SMALL = 65_536

const images: HTMLImageElement[] = []
const callbacks: (() => void)[] = []
let last = -Infinity

/**
 * Decodes loaded images, soon and together with others that arrive meanwhile, then calls `callback`. A batch costs two frames,
 * one to decode and one to show its images, and waits for its slowest image. Small images are decoded when they are painted.
 */
export function batchDecode(loaded: HTMLImageElement[], callback: () => void): void {
  images.push(...loaded)
  if (callbacks.push(callback) > 1) return
  setTimeout(
    async () => {
      last = performance.now()
      const batch = callbacks.splice(0)
      // Some images cannot be decoded ahead, such as SVG in some browsers, but can be shown.
      await Promise.allSettled(
        images.splice(0).map((image) => image.naturalWidth * image.naturalHeight > SMALL && image.decode()),
      )
      for (const callback of batch) callback()
    },
    Math.max(BATCH_DELAY, last + BATCH_INTERVAL - performance.now()),
  )
}
