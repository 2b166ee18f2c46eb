/** Whether this is a server, or Deno. */
export const isServer = typeof window === 'undefined' || 'Deno' in globalThis

let ask: () => boolean = () => isServer

/** Whether queries run on a server: there they have no timers for stale data, are kept for ever, and are not retried by default. */
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
