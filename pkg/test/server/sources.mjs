// What no subpath exports, from the sources.
import { build } from 'esbuild'
import { fileURLToPath } from 'node:url'

const { outputFiles } = await build({
  bundle: true,
  format: 'esm',
  stdin: {
    contents: `export { writeEdits } from './server/edits.ts'
      export { Bodies } from './server/bodies.ts'
      export { applyEdits } from './json/delta/applyEdits.ts'`,
    resolveDir: fileURLToPath(new URL('../../src', import.meta.url)),
  },
  write: false,
})

export const { applyEdits, Bodies, writeEdits } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`)

/** Numbers that are the same each time: a step of mulberry32. */
export function random(seed) {
  return (below) => {
    seed = (seed + 0x6d2b79f5) | 0
    let mixed = Math.imul(seed ^ (seed >>> 15), seed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}
