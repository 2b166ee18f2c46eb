// Sends beacons: at once, when the page is hidden, or on the next visit.
import { MAX_TRIES } from '../../boundary/rum.js'
import { clearTimer, setTimer, on } from '../lib/eventsAndTimers.js'
import { byteLength } from '../lib/format.js'
import { attempt } from '../lib/guard.js'
import { copyOwn } from '../lib/properties.js'
import { createScope, endScope, within } from '../lib/scope.js'
import { createPause } from './pause.js'
import { createOutbox, defaultLimits, type OutboxLimits } from './outbox.js'
import { createTransport, PLAIN, remember, type Outcome, type Request } from './transport.js'

export type { Request } from './transport.js'

/** @internal A beacon: its id, and its text as docs/beacon.md has it. */
export interface Outgoing {
  id: string
  text: string
}

/** Converts a beacon to requests for another server than Whippet's collector. */
export type Format = (text: string, endpoint: string) => Request[]

export interface SenderOptions {
  /** The URL that beacons are sent to. */
  endpoint: string
  /** Default: the beacon's JSON as `text/plain`. */
  format?: Format
  /** The limits of the outbox. */
  keep?: Partial<OutboxLimits>
  /** @internal Called when beacons are lost: refused, too old, or beyond the limits of the outbox. */
  onLost?: (beacons: number) => void
}

/** @internal */
export interface SenderStats {
  /** Requests that a server acknowledged, or that the browser accepted when the page was hidden. */
  beacons: number
  /** Their bytes. */
  bytes: number
  /** Requests that were put into the outbox. */
  stored: number
  /** Requests that were refused or given up. */
  lost: number
}

/** @internal */
export interface Sender {
  /**
   * Sends a beacon. `leaving`: the page is hidden or closed, and may never run again. A request that fails is stored and
   * retried, with exponential backoff, or on the next visit.
   */
  send(beacon: Outgoing, leaving: boolean): void
  /** Stops all timers and listeners. Requests in flight still complete, and the outbox stays on disk. */
  stop(): void
  /** Deletes the outbox, also of earlier visits, and aborts requests in flight where that is possible. */
  forget(): void
  stats(): SenderStats
}

/** The delay before the outbox of earlier visits is sent, ms: not while the page loads. Also before one that another tab sends is tried again. */
const SETTLED = 3_000

/** @internal */
export function createSender({ endpoint, format, keep, onLost }: SenderOptions): Sender {
  const stats: SenderStats = { beacons: 0, bytes: 0, stored: 0, lost: 0 }
  const scope = createScope()
  const limits: OutboxLimits = { ...defaultLimits, ...keep }
  const transport = createTransport()
  const pause = createPause()
  const outbox = createOutbox(limits)
  let timer: unknown
  let draining = false
  /** Whether the last request of this page succeeded, or was refused. */
  let lastSucceeded = false
  /** After `forget`, until the next `send`: the outbox is not even opened. */
  let silent = false
  /** Counts calls of `forget`. A request from an earlier epoch must not be stored. */
  let epoch = 0

  const countSent = (bytes: number) => {
    stats.beacons++
    stats.bytes += bytes
  }
  const countLost = (beacons: number) => {
    stats.lost += beacons
    if (beacons) attempt(() => onLost?.(beacons))
  }
  const scheduleDrain = (ms: number) => {
    clearTimer(timer)
    // A timer of more than 2^31 - 1 ms would fire at once.
    if (!silent) within(scope, () => (timer = setTimer(drain, Math.min(ms, 2 ** 31 - 1))))
  }

  const post = async (request: Request): Promise<Outcome> => {
    const before = epoch
    const outcome = await transport.post$(request)
    // `forget` aborted the request: that says nothing about the server.
    if (before !== epoch) return outcome
    lastSucceeded = !outcome.isRetry$
    if (lastSucceeded) pause.end()
    else pause.extend(outcome.after$)
    if (outcome.bytes$ !== undefined) countSent(outcome.bytes$)
    return outcome
  }
  const store = async (id: string, request: Request) => {
    const before = epoch
    await outbox.put$({ ...request, id, at: Date.now(), tries: 0 })
    if (before !== epoch) return
    stats.stored++
    // A hidden page could not report what it drops. The next page trims the outbox.
    if (document.visibilityState !== 'hidden') countLost(await outbox.trim$())
    if (before === epoch) scheduleDrain(pause.left())
  }
  const send = async (id: string, request: Request) => {
    const before = epoch
    // During a pause new beacons are stored too.
    const { isRetry$: isRetry, bytes$: bytes }: Outcome =
      pause.left() > 0 || isOffline() ? { isRetry$: true } : await post(request)
    if (before !== epoch) return
    if (isRetry) await store(id, request)
    else if (bytes === undefined) countLost(1)
  }
  const queue = (request: Request, onFailed: () => void) => {
    const isQueued = transport.queue$(request, onFailed)
    if (isQueued) countSent(byteLength(request.body))
    else onFailed()
  }
  const sendOnExit = (id: string, request: Request) => {
    const before = epoch
    const onFailed = () => void (before === epoch && store(id, request))
    // There will be no response. A server that failed may fail again, even after the pause, so the last beacons are stored
    // until a request has succeeded.
    if (isOffline() || (pause.isFailing() && outbox.isReady$())) onFailed()
    else queue(request, onFailed)
  }

  /** Sends the outbox, oldest first, until a request fails. Only one tab at a time does this, where there are Web Locks. */
  const drain = async () => {
    if (draining) return
    draining = true
    try {
      const locks = globalThis.navigator?.locks
      const before = epoch
      // The tab that has the lock may have found nothing to send before something was stored, or be ending: this one asks again.
      const run = (lock?: unknown) => (lock !== null ? sendStored(before) : scheduleDrain(SETTLED))
      // Refused where storage is blocked, as in a sandboxed frame: what is in memory is of this page alone.
      if (locks) await locks.request('whippet-rum', { ifAvailable: true }, run).catch(run)
      else await run()
    } catch {
      // Retried with the next beacon that fails, or on the next visit.
    }
    draining = false
    if (scope.isEnded$) void outbox.close$()
  }
  const sendStored = async (before: number) => {
    if (before !== epoch) return
    countLost(await outbox.trim$())
    for (;;) {
      if (isOffline() || scope.isEnded$ || before !== epoch) return
      const entry = await outbox.first$()
      if (!entry || before !== epoch) return
      if (pause.left() > 0) return scheduleDrain(pause.left())
      const [key, stored] = entry
      const isOld = Date.now() - stored.at > limits.age
      const didSucceed = lastSucceeded
      const { isRetry$: isRetry, bytes$: bytes, after$: after }: Outcome = isOld ? {} : await post(stored)
      if (before !== epoch) return
      const tries = stored.tries + 1
      // While a server fails, all beacons fail. After `MAX_TRIES` failures without `Retry-After` a beacon is suspect: it is put
      // behind the others, and given up if the request before it succeeded.
      const isSuspect = !!isRetry && after === undefined && tries >= MAX_TRIES
      const isLost = isRetry ? isSuspect && didSucceed : bytes === undefined
      const settled = await outbox.settle$(key, isRetry && !isLost ? { ...stored, tries } : undefined, isSuspect)
      if (isLost) countLost(1)
      // A request that cannot be deleted would be sent forever.
      if (!settled) return
    }
  }

  within(scope, () =>
    on(globalThis, 'online', () => {
      pause.online()
      scheduleDrain(0)
    }),
  )
  remember(endpoint)
  scheduleDrain(SETTLED)
  return {
    stats: () => stats,
    send({ id, text }, leaving) {
      silent = false
      const requests = attempt(
        () =>
          format
            ? // Resolved now, because the page's base URL may change before the request is retried.
              format(text, endpoint).map((request) => ({ ...copyOwn(request), url: resolve(request.url) }))
            : [{ url: endpoint, body: text, type: PLAIN }],
        () => countLost(1),
      )
      for (const request of requests ?? []) {
        if (leaving) sendOnExit(id, request)
        else void send(id, request)
      }
      // The part of the outbox that is only in memory ends with the page.
      if (leaving && !pause.left()) for (const stored of outbox.takeMemory$()) queue(stored, () => countLost(1))
    },
    stop() {
      clearTimer(timer)
      endScope(scope)
      if (!draining) void outbox.close$()
    },
    forget() {
      epoch++
      silent = true
      clearTimer(timer)
      transport.abort$()
      pause.end()
      void outbox.clear$()
    },
  }
}

/** @internal The absolute URL. */
export const resolve = (url: string): string => attempt(() => new URL(url, document.baseURI).href) ?? url

const isOffline = () => globalThis.navigator?.onLine === false
