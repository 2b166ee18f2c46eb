import { attempt } from '../lib/guard.js'

/** Compresses `body`; `undefined` if the browser cannot, or if the page is hidden before it is done: then nothing may wait. */
export async function gzip(body: string): Promise<ArrayBuffer | undefined> {
  const listening = new AbortController()
  const hidden = new Promise<undefined>((resolve) => {
    const options = { capture: true, signal: listening.signal }
    for (const event of ['visibilitychange', 'pagehide']) addEventListener(event, () => resolve(undefined), options)
  })
  const stream = attempt(() => new Blob([body]).stream().pipeThrough(new CompressionStream('gzip')))
  const zipped = stream && new Response(stream).arrayBuffer().catch(() => undefined)
  const first = await Promise.race([zipped, hidden])
  listening.abort()
  return first
}
