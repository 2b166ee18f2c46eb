// What the bodies cost on the wire, as the browser measured it.

/** What `transferSize` counts for the headers, whatever they have (Resource Timing, 4.4). */
const HEADERS = 300
/** So many addresses are known, the latest ones. */
const MAX_ADDRESSES = 256

const addresses = /* @__PURE__ */ new Set<string>()
let bytes: number | undefined

/** Bytes of all bodies from the addresses that were fetched. `undefined` where the browser does not measure them, and before the first. */
export function wireBytes(): number | undefined {
  return bytes
}

/** Counts what is transferred from this address, which has no fragment. */
export function countFrom(address: string): void {
  if (bytes === undefined && globalThis.PerformanceObserver?.supportedEntryTypes?.includes('resource')) {
    bytes = 0
    new PerformanceObserver((list) => {
      for (const { name, transferSize, encodedBodySize } of list.getEntries() as PerformanceResourceTiming[]) {
        // Of a 304 the headers alone were transferred, though the body in the cache has a size.
        if (addresses.has(name.split('#')[0]!)) bytes! += Math.max(0, Math.min(encodedBodySize, transferSize - HEADERS))
      }
    }).observe({ type: 'resource' })
  }
  addresses.delete(address)
  addresses.add(address)
  if (addresses.size > MAX_ADDRESSES) for (const oldest of addresses) return void addresses.delete(oldest)
}
