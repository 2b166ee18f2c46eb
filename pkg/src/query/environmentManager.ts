export const isServer = typeof window === 'undefined' || 'Deno' in globalThis

let ask: () => boolean = () => isServer

/** Says whether this is a server, where data is not refetched by time, and nothing is retried unless asked. */
export const environmentManager = {
  /** Whether this is a server. */
  isServer(): boolean {
    return ask()
  },
  /** Replaces how that is found out. */
  setIsServer(isServerValue: () => boolean): void {
    ask = isServerValue
  },
}
