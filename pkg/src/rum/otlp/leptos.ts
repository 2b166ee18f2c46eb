// What `whippet-leptos` has in it for its function `otlp`. `cargo xtask build` bundles it into crates/leptos/js/otlp.js.
import { otlp } from './index.js'

/** Takes and gives what wasm has. `attributes` is JSON. The function that it returns gives URL and body of each request. */
export function otlpFormat(attributes: string, logs: boolean, metrics: boolean): (beacon: string, endpoint: string) => string[] {
  const format = otlp({ attributes: JSON.parse(attributes) as Record<string, string>, logs, metrics })
  return (beacon, endpoint) => format(beacon, endpoint).flatMap(({ url, body }) => [url, body])
}
