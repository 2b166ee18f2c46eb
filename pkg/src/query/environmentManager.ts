export const isServer = typeof window === 'undefined' || 'Deno' in globalThis

let ask: () => boolean = () => isServer

/**
 * Whether this is a server, which has no timers for stale data, keeps queries for ever, and does not retry by default.
 */
export const environmentManager = {
  /** Whether this is a server. */
  isServer(): boolean {
    return ask()
  },
  /** Replaces the test. */
  setIsServer(isServerValue: () => boolean): void {
    ask = isServerValue
  },
}
