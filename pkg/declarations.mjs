// Leaves the declarations that a subpath leads to, once. TypeScript tells declarations of ES modules and of CommonJS apart by
// the nearest package.json, and a CommonJS file may not import an ES module's. The other way is free: so those of CommonJS
// are all there is, and those of ES modules are a line each that re-exports them.
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'

/** What a declaration imports, in `import`, in `export … from` and in `import('…')`. */
const IMPORTS = /\b(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+)\.js['"]/g
const COMMENTS = /\/\*[\s\S]*?\*\/|\/\/.*/g
/** One import of names, of a namespace or of a default. */
const IMPORT = /^import (?:type )?(\{[^}]*\}|\* as \w+|\w+) from '[^']+';\n/gm

/** `commonjs` has the declarations of every source file. `entries` are paths below it, without `.d.ts`. */
export async function shareDeclarations(commonjs, modules, entries) {
  const reached = new Set()
  for (const entry of entries) await reach(path.join(commonjs, `${entry}.d.ts`), reached)
  for (const file of await readdir(commonjs, { recursive: true })) {
    const found = path.join(commonjs, file)
    if (file.endsWith('.d.ts') && !reached.has(found)) await rm(found)
  }
  for (const entry of entries) {
    const file = path.join(modules, `${entry}.d.ts`)
    const shared = path
      .relative(path.dirname(file), path.join(commonjs, `${entry}.js`))
      .split(path.sep)
      .join('/')
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, `export * from '${shared}'\n`)
  }
}

async function reach(file, reached) {
  if (reached.has(file)) return
  reached.add(file)
  const text = withoutUnusedImports(await readFile(file, 'utf8'))
  await writeFile(file, text)
  for (const [, request] of text.replace(COMMENTS, '').matchAll(IMPORTS)) {
    await reach(path.join(path.dirname(file), `${request}.d.ts`), reached)
  }
}

/** TypeScript leaves the imports of what `@internal` took out. They lead to more that is internal. */
function withoutUnusedImports(text) {
  const rest = text.replace(COMMENTS, '').replace(IMPORT, '')
  return text.replace(IMPORT, (statement, names) => {
    const local = names.match(/\w+(?=\s*(?:,|\}|$))/g)
    return local.some((name) => new RegExp(`\\b${name}\\b`).test(rest)) ? statement : ''
  })
}
