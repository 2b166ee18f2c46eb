import { onCLS, onFCP, onINP, onLCP, onTTFB } from 'web-vitals'

for (const on of [onCLS, onINP, onLCP]) on(() => {})
// Those that a page has once it is painted.
globalThis.usable = Promise.all([onTTFB, onFCP].map((on) => new Promise((done) => on(done))))
