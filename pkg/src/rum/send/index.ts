// Sends beacons: at once, when the page is hidden, or on the next visit.
import { MAX_TRIES } from '../../boundary/rum.js'
import { attempt } from '../lib/guard.js'
import { setTimer, on } from '../lib/eventsAndTimers.js'
import { attemptOrWarn } from '../lib/guard.js'
import { copyOwn } from '../lib/properties.js'
import { byteLength } from '../lib/format.js'
import { Pause } from './pause.js'
import { defaultLimits, Outbox, type OutboxLimits } from './outbox.js'
import { PLAIN, Transport, type Outcome, type Request } from './transport.js'

export type { Request } from './transport.js'

/** A beacon: its id, and its text as docs/beacon.md has it. */
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
  /** Called when beacons are lost: refused, too old, or beyond the limits of the outbox. */
  onLost?: (beacons: number) => void
}

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
  /** Whether a request to `url` was made by this sender. */
  isOwn(url: string): boolean
}

/** The delay before the outbox of earlier visits is sent, ms: not while the page loads. */
const SETTLED = 3_000

export function createSender(options: SenderOptions): Sender {
  const nothing = { beacons: 0, bytes: 0, stored: 0, lost: 0 }
  return attemptOrWarn(() => new BeaconSender(options)) ?? { send() {}, stop() {}, forget() {}, stats: () => nothing, isOwn: () => false }
}

class BeaconSender implements Sender {
  readonly #transport = new Transport()
  readonly #pause = new Pause()
  readonly #defaultLimits: OutboxLimits
  readonly #outbox: Outbox
  readonly #stats: SenderStats = { beacons: 0, bytes: 0, stored: 0, lost: 0 }
  #cancelTimer = () => {}
  readonly #stopListening: () => void
  #draining = false
  /** Whether the last request of this page succeeded, or was refused. */
  #lastSucceeded = false
  #stopped = false
  /** After `forget`, until the next `send`: the outbox is not even opened. */
  #silent = false
  /** Counts calls of `forget`. A request from an earlier epoch must not be stored. */
  #epoch = 0

  constructor(private readonly options: SenderOptions) {
    this.#defaultLimits = { ...defaultLimits, ...options.keep }
    this.#outbox = new Outbox(this.#defaultLimits)
    this.#stopListening = on(globalThis, 'online', this.#online)
    this.#scheduleDrain(SETTLED)
  }

  send(beacon: Outgoing, leaving: boolean): void {
    this.#silent = false
    for (const request of this.#requests(beacon)) {
      if (leaving) this.#sendOnExit(beacon.id, request)
      else void this.#send(beacon.id, request).catch(() => {})
    }
    if (leaving) this.#sendMemory()
  }

  stop(): void {
    this.#stopped = true
    this.#cancelTimer()
    this.#stopListening()
    if (!this.#draining) void this.#outbox.close().catch(() => {})
  }

  forget(): void {
    this.#epoch++
    this.#silent = true
    this.#cancelTimer()
    this.#transport.abort()
    this.#pause.end()
    void this.#outbox.clear().catch(() => {})
  }

  stats(): SenderStats {
    return { ...this.#stats }
  }

  isOwn(url: string): boolean {
    return url === this.options.endpoint || this.#transport.urls.has(url)
  }

  #requests({ text }: Outgoing): Request[] {
    const { endpoint, format } = this.options
    try {
      // Resolved now, because the page's base URL may change before the request is retried.
      if (format) return format(text, endpoint).map((request) => ({ ...copyOwn(request), url: resolve(request.url) }))
      return [{ url: endpoint, body: text, type: PLAIN }]
    } catch {
      this.#countLost(1)
      return []
    }
  }

  async #send(id: string, request: Request): Promise<void> {
    const epoch = this.#epoch
    // During a pause new beacons are stored too.
    const outcome: Outcome = this.#pause.left > 0 || isOffline() ? { kind: 'retry' } : await this.#post(request)
    if (epoch !== this.#epoch) return
    if (outcome.kind === 'refused') this.#countLost(1)
    if (outcome.kind === 'retry') await this.#store(id, request)
  }

  #sendOnExit(id: string, request: Request): void {
    // There will be no response. A server that failed may fail again, even after the pause, so the last beacons are stored
    // until a request has succeeded.
    const mustStore = (isOffline() || this.#pause.failing) && this.#outbox.ready
    const epoch = this.#epoch
    const onFailed = () => {
      if (epoch === this.#epoch) void this.#store(id, request).catch(() => {})
    }
    if (!mustStore && this.#transport.queue(request, onFailed)) this.#countSent(byteLength(request.body))
    else onFailed()
  }

  /** Sends the part of the outbox that is only in memory, which ends with the page. */
  #sendMemory(): void {
    if (this.#pause.left > 0) return
    for (const stored of this.#outbox.takeMemory()) {
      if (this.#transport.queue(stored, () => this.#countLost(1))) this.#countSent(byteLength(stored.body))
      else this.#countLost(1)
    }
  }

  async #post(request: Request): Promise<Outcome> {
    const epoch = this.#epoch
    const outcome = await this.#transport.post(request)
    // `forget` aborted the request: that says nothing about the server.
    if (epoch !== this.#epoch) return outcome
    this.#lastSucceeded = outcome.kind !== 'retry'
    if (outcome.kind === 'retry') this.#pause.extend(outcome.after)
    else this.#pause.end()
    if (outcome.kind === 'sent') this.#countSent(outcome.bytes)
    return outcome
  }

  async #store(id: string, request: Request): Promise<void> {
    const epoch = this.#epoch
    await this.#outbox.put({ ...request, id, at: Date.now(), tries: 0 })
    if (epoch !== this.#epoch) return
    this.#stats.stored++
    // A hidden page could not report what it drops. The next page trims the outbox.
    if (document.visibilityState !== 'hidden') this.#countLost(await this.#outbox.trim())
    if (epoch === this.#epoch) this.#scheduleDrain(this.#pause.left)
  }

  #countSent(bytes: number): void {
    this.#stats.beacons++
    this.#stats.bytes += bytes
  }

  #countLost(beacons: number): void {
    if (beacons === 0) return
    this.#stats.lost += beacons
    try {
      this.options.onLost?.(beacons)
    } catch {
      // The loss is counted in any case.
    }
  }

  readonly #online = () => {
    this.#pause.online()
    this.#scheduleDrain(0)
  }

  #scheduleDrain(ms: number): void {
    if (this.#stopped || this.#silent) return
    this.#cancelTimer()
    // A timer of more than 2^31 - 1 ms would fire at once.
    this.#cancelTimer = setTimer(() => void this.#drain(), Math.min(ms, 2 ** 31 - 1))
  }

  /** Sends the outbox, oldest first, until a request fails. Only one tab at a time does this, where there are Web Locks. */
  async #drain(): Promise<void> {
    if (this.#draining) return
    this.#draining = true
    try {
      const locks = globalThis.navigator?.locks
      const epoch = this.#epoch
      const run = () => this.#sendStored(epoch)
      if (locks) await locks.request('whippet-rum', { ifAvailable: true }, (lock) => (lock ? run() : undefined))
      else await run()
    } catch {
      // Retried with the next beacon that fails, or on the next visit.
    } finally {
      this.#draining = false
      if (this.#stopped) void this.#outbox.close().catch(() => {})
    }
  }

  async #sendStored(epoch: number): Promise<void> {
    if (epoch !== this.#epoch) return
    this.#countLost(await this.#outbox.trim())
    for (;;) {
      if (isOffline() || this.#stopped || epoch !== this.#epoch) return
      const entry = await this.#outbox.first()
      if (!entry || epoch !== this.#epoch) return
      if (this.#pause.left > 0) return this.#scheduleDrain(this.#pause.left)
      const [key, stored] = entry
      const isOld = Date.now() - stored.at > this.#defaultLimits.age
      const didSucceed = this.#lastSucceeded
      const outcome: Outcome = isOld ? { kind: 'refused' } : await this.#post(stored)
      if (epoch !== this.#epoch) return
      const tries = stored.tries + 1
      // While a server fails, all beacons fail. After `MAX_TRIES` failures without `Retry-After` a beacon is suspect: it is put
      // behind the others, and given up if the request before it succeeded.
      const isSuspect = outcome.kind === 'retry' && outcome.after === undefined && tries >= MAX_TRIES
      const isLost = outcome.kind === 'refused' || (isSuspect && didSucceed)
      const again = outcome.kind === 'retry' && !isLost ? { ...stored, tries } : undefined
      const settled = await this.#outbox.settle(key, again, isSuspect)
      if (isLost) this.#countLost(1)
      // A request that cannot be deleted would be sent forever.
      if (!settled) return
    }
  }
}

/** The absolute URL. */
const resolve = (url: string): string => attempt(() => new URL(url, document.baseURI).href) ?? url

function isOffline(): boolean {
  return globalThis.navigator?.onLine === false
}
