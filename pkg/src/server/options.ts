/** The longest body that can be a dictionary: decoders of `dcz` take a window of 8 MiB (RFC 9842, 5). */
const LONGEST = 8 * 1024 ** 2

/** Who a response is for, or nothing where that is not known. */
export type Scope = string | null | undefined

/** How much is kept, and for whom. */
export interface DeltaOptions {
  /** Bytes of all kept bodies together. The least recently used go first. Default: 64 MiB. */
  memory?: number
  /** How many bodies of one URL, and of one user where they differ, are kept. Default: 3. */
  bodiesPerUrl?: number
  /** Shorter bodies, in bytes, are sent as they are. Default: 1,024. */
  minBytes?: number
  /** Longer bodies, in bytes, are sent as they are. At most, and by default, 8 MiB. */
  maxBytes?: number
  /**
   * Says who a response is for: requests with the same answer get the difference to one another's bodies. Without an answer
   * (`undefined`, `null`), users are told apart by their whole `Authorization`, `Cookie` and the like. `request` is what the
   * handler was given: a `Request`, or Node's. A promise is awaited.
   */
  scope?: (request: any) => Scope | Promise<Scope>
  /** Lets a body be a dictionary for its path with any query. Default: for the same query alone. */
  anyQuery?: boolean
  /**
   * Leaves `Cache-Control` as it is. By default a response that must be asked for again each time says so by `Vary: *`, as
   * Chromium keeps no dictionary of a response with `no-cache`.
   */
  keepCacheControl?: boolean
  /** How many seconds a browser offers a body that it would not keep otherwise. Default: a day. */
  lifetime?: number
  /** Whether whole bodies are compressed where Node's zlib is there. Default: true. */
  compress?: boolean
}

/** @internal */
export type Settings = Required<Omit<DeltaOptions, 'scope'>> & Pick<DeltaOptions, 'scope'>

/** @internal The options with their defaults. Throws a `RangeError` for what is no length. */
export function settingsOf(options: DeltaOptions): Settings {
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  const settings: Settings = {
    memory: 64 * 1024 ** 2,
    bodiesPerUrl: 3,
    minBytes: 1024,
    maxBytes: LONGEST,
    anyQuery: false,
    keepCacheControl: false,
    lifetime: 24 * 3600,
    compress: true,
    ...Object.fromEntries(given),
  }
  for (const name of ['memory', 'bodiesPerUrl', 'minBytes', 'maxBytes', 'lifetime'] as const) {
    if (!(settings[name] >= 0)) throw new RangeError(`createDelta: ${name} is a number of 0 or more, not ${settings[name]}`)
  }
  settings.maxBytes = Math.min(settings.maxBytes, LONGEST)
  // Whole seconds, and no more than caches must be able to count (RFC 9111, 1.2.2).
  settings.lifetime = Math.min(Math.floor(settings.lifetime), 2 ** 31)
  return settings
}
