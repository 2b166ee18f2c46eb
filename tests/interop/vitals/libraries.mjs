// The libraries, each as a function that loads a new instance in a page.
import { build } from 'esbuild'
import { GLOBALS } from './page.mjs'

/** Bundles `name`. The result, called with a window, returns its exports, as if that page had loaded it. */
async function bundle(name) {
  const { outputFiles } = await build({
    bundle: true,
    format: 'iife',
    globalName: 'library',
    logLevel: 'silent',
    stdin: { contents: `export * from '${name}'`, resolveDir: import.meta.dirname },
    write: false,
  })
  const run = new Function(...GLOBALS, `${outputFiles[0].text}\nreturn library`)
  return (window) => run(...GLOBALS.map((global) => window[global]))
}

export const theirs = { plain: await bundle('web-vitals'), attributed: await bundle('web-vitals/attribution') }
export const ours = { plain: await bundle('whippet/rum'), attributed: await bundle('whippet/rum/attribution') }
