// What arrives in a burst is shown in a few frames instead of many.

/**
 * So many ms apart, at least. Each frame in which an image is put in makes the browser lay out, paint, and look at
 * what is observed; a tenth of a second is what still seems immediate.
 */
const APART = 100
/** So many ms after the first of a burst: by then most of what the server answers at once is there. Saves a twentieth. */
const SOON = 32

const images: HTMLImageElement[] = []
const puts: (() => void)[] = []
let last = -Infinity

/**
 * Decodes what was loaded and then calls `put`, soon, and together with all that comes meanwhile. Decoding makes a
 * frame, and so does putting in: two for a burst, which waits for its slowest.
 */
export function together(loaded: HTMLImageElement[], put: () => void): void {
  images.push(...loaded)
  if (puts.push(put) > 1) return
  setTimeout(async () => {
    last = performance.now()
    const burst = puts.splice(0)
    // What cannot be decoded ahead, as vector graphics in some browsers, is there all the same.
    await Promise.allSettled(images.splice(0).map((image) => image.decode()))
    for (const put of burst) put()
  }, Math.max(SOON, last + APART - performance.now()))
}
