// What arrives in a burst is shown in a few frames instead of many.

/**
 * So many ms apart, at least. Each frame in which an image is put in makes the browser lay out, paint, and look at
 * what is observed; a tenth of a second is what still seems immediate.
 */
const APART = 100

interface Arrival {
  images: HTMLImageElement[]
  put: () => void
}

const arrivals: Arrival[] = []
let last = -Infinity

/**
 * Decodes the images and then calls `put`: in a turn of its own where nothing was done of late, or else together with
 * all that comes meanwhile. Decoding makes a frame, and so does putting in: two for a burst, which waits for its slowest.
 */
export function together(images: HTMLImageElement[], put: () => void): void {
  if (arrivals.push({ images, put }) > 1) return
  setTimeout(async () => {
    last = performance.now()
    const burst = arrivals.splice(0)
    // What cannot be decoded ahead, as vector graphics in some browsers, is there all the same.
    await Promise.allSettled(burst.flatMap((one) => one.images.map((image) => image.decode())))
    for (const { put } of burst) put()
  }, last + APART - performance.now())
}
