// Builds the demo site into www/dist: `node www/build.mjs`, from anywhere.
// Scripts and styles carry a hash of their content in their names, so that they may be cached for good.
import { build } from 'esbuild'
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))
const source = join(here, 'src')
const out = join(here, 'dist')

await rm(out, { recursive: true, force: true })
await mkdir(out, { recursive: true })
const { metafile } = await build({
  entryPoints: [join(source, 'main.ts'), join(source, 'styles/main.css')],
  outdir: out,
  entryNames: '[name]-[hash]',
  chunkNames: 'chunk-[hash]',
  bundle: true,
  format: 'esm',
  splitting: true,
  minify: true,
  sourcemap: true,
  target: 'es2022',
  metafile: true,
  logLevel: 'warning',
})

const built = Object.entries(metafile.outputs)
const named = (entry) => {
  const found = built.find(([, output]) => output.entryPoint?.endsWith(entry))
  if (!found) throw new Error(`esbuild wrote nothing for ${entry}`)
  return basename(found[0])
}
const page = (await readFile(join(source, 'index.html'), 'utf8'))
  .replace('main.css', named('main.css'))
  .replace('main.ts', named('main.ts'))
await writeFile(join(out, 'index.html'), page)
await copyFile(join(source, 'favicon.svg'), join(out, 'favicon.svg'))

for (const [path, { bytes }] of built) {
  if (!path.endsWith('.map')) console.log(`www/dist/${basename(path)}  ${(bytes / 1024).toFixed(1)} KB`)
}
