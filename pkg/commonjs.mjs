// ES modules that share chunks become CommonJS modules that share them: a class is the same however it is required. Nobody
// tree-shakes these, so they are minified: 69 kB of the tarball instead of 85.
import { transform } from 'esbuild'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { target } from './browsers.mjs'

/** `wasm.js`, which gives a module's bytes in hex: those of the file that is shipped once or, where a bundler took CommonJS
 * for a page, which has no files, those of the ES modules' text. */
const WASM = `'use strict'
module.exports = (name, text) => () => {
  try {
    // Not what a test has put in the place of \`fs\`, where Node.js can tell.
    const fs = process.getBuiltinModule?.('fs') ?? require('fs')
    return fs.readFileSync(\`\${__dirname}/../\${name}.wasm\`, 'hex')
  } catch {
    // Starting the module says what is missing.
    try { return text() } catch {}
  }
}
`

/** `files`: `{ path, text }` of ES modules, all below `folder`, which becomes CommonJS. */
export async function writeCommonJs(files, folder) {
  await mkdir(folder, { recursive: true })
  await writeFile(path.join(folder, 'package.json'), '{ "type": "commonjs" }\n')
  await writeFile(path.join(folder, 'wasm.js'), WASM)
  for (const { path: file, text } of files) {
    const { code } = await transform(text, { format: 'cjs', minify: true, target })
    const request = (target) => {
      const relative = path.relative(path.dirname(file), target).split(path.sep).join('/')
      return `require("${relative.startsWith('.') ? relative : `./${relative}`}")`
    }
    const source = (_, name) =>
      `${request(path.join(folder, 'wasm.js'))}("${name}",()=>${request(path.join(folder, `../hex/${name}.js`))}.default())`
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, code.replace(/require\("#wasm\/(\w+)"\)/g, source))
  }
}
