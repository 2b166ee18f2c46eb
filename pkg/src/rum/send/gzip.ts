import { on } from '../lib/eventsAndTimers.js'
import { attempt } from '../lib/guard.js'
import { createScope, endScope, within } from '../lib/scope.js'

/** Compresses `body`; `undefined` if the browser cannot, or if the page is hidden before it is done: then nothing may wait. */
export async function gzip(body: string): Promise<ArrayBuffer | undefined> {
  const listening = createScope()
  const hidden = new Promise<undefined>((resolve) =>
    within(listening, () => ['visibilitychange', 'pagehide'].map((type) => on(globalThis, type, () => resolve(undefined)))),
  )
  const stream = attempt(() => new Blob([body]).stream().pipeThrough(new CompressionStream('gzip')))
  const zipped = stream && new Response(stream).arrayBuffer().catch(() => undefined)
  const first = await Promise.race([zipped, hidden])
  endScope(listening)
  return first
}
