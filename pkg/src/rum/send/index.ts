// Sends beacons: at once, when the page goes, or on the next visit; and never throws into the page.
import { MAX_TRIES } from '../../boundary/rum.js'
import { attempt } from '../guard.js'
import { later, on } from '../hooks.js'
import { quietly } from '../quietly.js'
import { own } from '../own.js'
import { bytesOf } from '../text.js'
import { Pause } from './pause.js'
import { bounds, Store, type Bounds } from './store.js'
import { PLAIN, Transport, type Outcome, type Request } from './transport.js'

export type { Request } from './transport.js'

/** A beacon: its id, and its text as docs/beacon.md has it. */
export interface Outgoing {
  id: string
  text: string
}

/** Says a beacon in other words, for servers that are no collector of Whippet's. */
export type Format = (text: string, endpoint: string) => Request[]

export interface SenderOptions {
  /** Where beacons go. */
  endpoint: string
  /** What is sent. Default: the beacon as it is, as `text/plain`. */
  format?: Format
  /** What is kept for later where sending fails, at most. */
  keep?: Partial<Bounds>
  /** Told when beacons are lost for good: refused, or too old, too many or too much to be kept. */
  onLost?: (beacons: number) => void
}

export interface SenderStats {
  /** Requests that a server acknowledged, or that the browser took when the page went. */
  beacons: number
  /** Their bytes. */
  bytes: number
  /** Requests that were put aside for later. */
  stored: number
  /** Requests that were refused or given up. */
  lost: number
}

export interface Sender {
  /**
   * Sends a beacon. `leaving`: the page is hidden or closed, and may never run again. What fails is kept and tried
   * again, with pauses that grow, or on the next visit.
   */
  send(beacon: Outgoing, leaving: boolean): void
  /** Ends all timers and listeners. What is under way still arrives, what is kept stays kept. */
  stop(): void
  /** Deletes what is kept, also by earlier visits, and takes back what is under way so far as that can be done. */
  forget(): void
  stats(): SenderStats
  /** Whether what has that address is a request of its own. */
  isOwn(url: string): boolean
}

/** When what earlier visits kept is looked for: once the page has other things behind it, ms. */
const SETTLED = 3_000

export function createSender(options: SenderOptions): Sender {
  const nothing = { beacons: 0, bytes: 0, stored: 0, lost: 0 }
  return quietly(() => new Sending(options)) ?? { send() {}, stop() {}, forget() {}, stats: () => nothing, isOwn: () => false }
}

class Sending implements Sender {
  readonly #transport = new Transport()
  readonly #pause = new Pause()
  readonly #bounds: Bounds
  readonly #store: Store
  readonly #stats: SenderStats = { beacons: 0, bytes: 0, stored: 0, lost: 0 }
  #unwait = () => {}
  readonly #undo: () => void
  #draining = false
  /** Whether the server answered the last request of this page well. */
  #well = false
  #stopped = false
  /** After `forget`, until there is something to send again: nothing is even looked for. */
  #silent = false
  /** Counts calls of `forget`: what began before one must not be kept after it. */
  #era = 0

  constructor(private readonly options: SenderOptions) {
    this.#bounds = { ...bounds, ...options.keep }
    this.#store = new Store(this.#bounds)
    this.#undo = on(globalThis, 'online', this.#online)
    this.#drainIn(SETTLED)
  }

  send(beacon: Outgoing, leaving: boolean): void {
    this.#silent = false
    for (const request of this.#requests(beacon)) {
      if (leaving) this.#leave(beacon.id, request)
      else void this.#send(beacon.id, request).catch(() => {})
    }
    if (leaving) this.#emptyMemory()
  }

  stop(): void {
    this.#stopped = true
    this.#unwait()
    this.#undo()
    if (!this.#draining) void this.#store.close().catch(() => {})
  }

  forget(): void {
    this.#era++
    this.#silent = true
    this.#unwait()
    this.#transport.abort()
    this.#pause.end()
    void this.#store.clear().catch(() => {})
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
      // In whole addresses: by the time that it goes, the page's may be another.
      if (format) return format(text, endpoint).map((request) => ({ ...own(request), url: whole(request.url) }))
      return [{ url: endpoint, body: text, type: PLAIN }]
    } catch {
      this.#lose(1)
      return []
    }
  }

  async #send(id: string, request: Request): Promise<void> {
    const era = this.#era
    // While the server is left alone, nothing new is sent to it either.
    const outcome: Outcome = this.#pause.left > 0 || isOffline() ? { kind: 'later' } : await this.#try(request)
    if (era !== this.#era) return
    if (outcome.kind === 'refused') this.#lose(1)
    if (outcome.kind === 'later') await this.#keep(id, request)
  }

  #leave(id: string, request: Request): void {
    // Nobody will hear whether it arrived. A server that failed may fail again, also when the pause is over: until it
    // has answered well, what goes last is kept.
    const keeps = (isOffline() || this.#pause.failing) && this.#store.ready
    const era = this.#era
    const failed = () => {
      if (era === this.#era) void this.#keep(id, request).catch(() => {})
    }
    if (!keeps && this.#transport.leave(request, failed)) this.#count(bytesOf(request.body))
    else failed()
  }

  /** What only memory keeps goes with the page: it is worth a try. */
  #emptyMemory(): void {
    if (this.#pause.left > 0) return
    for (const kept of this.#store.takeMemory()) {
      if (this.#transport.leave(kept, () => this.#lose(1))) this.#count(bytesOf(kept.body))
      else this.#lose(1)
    }
  }

  async #try(request: Request): Promise<Outcome> {
    const era = this.#era
    const outcome = await this.#transport.post(request)
    // What `forget` took back says nothing of the server.
    if (era !== this.#era) return outcome
    this.#well = outcome.kind !== 'later'
    if (outcome.kind === 'later') this.#pause.extend(outcome.after)
    else this.#pause.end()
    if (outcome.kind === 'sent') this.#count(outcome.bytes)
    return outcome
  }

  async #keep(id: string, request: Request): Promise<void> {
    const era = this.#era
    await this.#store.put({ ...request, id, at: Date.now(), tries: 0 })
    if (era !== this.#era) return
    this.#stats.stored++
    // A page that goes could not tell of what it dropped: the next one does it.
    if (document.visibilityState !== 'hidden') this.#lose(await this.#store.trim())
    if (era === this.#era) this.#drainIn(this.#pause.left)
  }

  #count(bytes: number): void {
    this.#stats.beacons++
    this.#stats.bytes += bytes
  }

  #lose(beacons: number): void {
    if (beacons === 0) return
    this.#stats.lost += beacons
    try {
      this.options.onLost?.(beacons)
    } catch {
      // Counting must not cost more.
    }
  }

  readonly #online = () => {
    this.#pause.online()
    this.#drainIn(0)
  }

  #drainIn(ms: number): void {
    if (this.#stopped || this.#silent) return
    this.#unwait()
    // Timers of more than 2^31 ms fire at once.
    this.#unwait = later(() => void this.#drain(), Math.min(ms, 2 ** 31 - 1))
  }

  /** Sends what is kept, the oldest first, until it fails. One tab at a time, where tabs can agree on that. */
  async #drain(): Promise<void> {
    if (this.#draining) return
    this.#draining = true
    try {
      const locks = globalThis.navigator?.locks
      const era = this.#era
      const run = () => this.#sendKept(era)
      if (locks) await locks.request('whippet-rum', { ifAvailable: true }, (lock) => (lock ? run() : undefined))
      else await run()
    } catch {
      // Tried again with the next beacon that fails, or on the next visit.
    } finally {
      this.#draining = false
      if (this.#stopped) void this.#store.close().catch(() => {})
    }
  }

  async #sendKept(era: number): Promise<void> {
    if (era !== this.#era) return
    this.#lose(await this.#store.trim())
    for (;;) {
      if (isOffline() || this.#stopped || era !== this.#era) return
      const entry = await this.#store.first()
      if (!entry || era !== this.#era) return
      if (this.#pause.left > 0) return this.#drainIn(this.#pause.left)
      const [key, kept] = entry
      const isOld = Date.now() - kept.at > this.#bounds.age
      const wasWell = this.#well
      const outcome: Outcome = isOld ? { kind: 'refused' } : await this.#try(kept)
      if (era !== this.#era) return
      const tries = kept.tries + 1
      // While a server fails, all beacons fail, and none of them is at fault; least of all where it asks to be left alone.
      const isSuspect = outcome.kind === 'later' && outcome.after === undefined && tries >= MAX_TRIES
      const isLost = outcome.kind === 'refused' || (isSuspect && wasWell)
      const again = outcome.kind === 'later' && !isLost ? { ...kept, tries } : undefined
      const settled = await this.#store.settle(key, again, isSuspect)
      if (isLost) this.#lose(1)
      // What cannot be deleted would be sent for ever.
      if (!settled) return
    }
  }
}

/** An address as the page understands it now. */
const whole = (url: string): string => attempt(() => new URL(url, document.baseURI).href) ?? url

function isOffline(): boolean {
  return globalThis.navigator?.onLine === false
}
