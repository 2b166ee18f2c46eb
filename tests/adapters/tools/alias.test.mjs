// An alias in each tool, where no override is wanted: all that docs/adapters.md says of it.
import { build } from 'esbuild'
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { shown } from '../page.mjs'
import { project, react, tsc } from '../project.mjs'

let app
before(async () => {
  app = await project({
    ...react,
    '@rollup/plugin-alias': '6.0.1',
    '@rollup/plugin-commonjs': '29.0.3',
    '@rollup/plugin-node-resolve': '16.0.3',
    '@rollup/plugin-replace': '6.0.3',
    '@types/react': '19.3.3',
    rollup: '4.68.5',
    vite: '8.3.8',
    vitest: '5.1.0',
  })
})
after(() => app?.remove())

const facts = { sameInReact: true, react: 'Ann, 1 fetch' }
const runs = async (file) => assert.deepEqual(await shown(app.inside(file), Object.keys(facts)), facts)

test('esbuild', async () => {
  await build({
    absWorkingDir: app.folder,
    alias: { '@tanstack/query-core': 'whippet/query' },
    bundle: true,
    define: { 'process.env.NODE_ENV': '"production"' },
    entryPoints: ['react.js'],
    format: 'esm',
    logLevel: 'silent',
    outfile: 'out/esbuild.js',
  })
  await runs('out/esbuild.js')
})

test('Vite', async () => {
  await app.write('index.html', `<script type="module" src="/react.js"></script>`)
  await app.write(
    'vite.config.js',
    `export default {
       resolve: { alias: { '@tanstack/query-core': 'whippet/query' } },
       build: { outDir: 'out/vite', rollupOptions: { output: { entryFileNames: 'app.js' } } },
     }`,
  )
  await app.bin('vite', 'build', '--logLevel', 'error')
  await runs('out/vite/app.js')
})

test('Vitest', async () => {
  await app.write(
    'one.test.js',
    `import * as react from '@tanstack/react-query'
     import { expect, test } from 'vitest'
     import { QueryClient } from 'whippet/query'
     test('one core', () => expect(react.QueryClient).toBe(QueryClient))`,
  )
  await app.write(
    'vitest.config.js',
    `export default {
       resolve: { alias: { '@tanstack/query-core': 'whippet/query' } },
       test: { server: { deps: { inline: [/@tanstack/] } } },
     }`,
  )
  await app.bin('vitest', 'run')
})

test('Rollup', async () => {
  await app.write(
    'rollup.config.js',
    `import alias from '@rollup/plugin-alias'
     import commonjs from '@rollup/plugin-commonjs'
     import resolve from '@rollup/plugin-node-resolve'
     import replace from '@rollup/plugin-replace'
     export default {
       input: 'react.js',
       output: { file: 'out/rollup.js' },
       onLog: () => {},
       plugins: [
         alias({ entries: { '@tanstack/query-core': 'whippet/query' } }),
         replace({ preventAssignment: true, 'process.env.NODE_ENV': '"production"' }),
         resolve({ browser: true }),
         commonjs(),
       ],
     }`,
  )
  await app.bin('rollup', '-c')
  await runs('out/rollup.js')
})

test('TypeScript: without `paths` there are two QueryClients, with them one', async () => {
  await app.write(
    'one.ts',
    `import { QueryClientProvider, type QueryClient as Theirs } from '@tanstack/react-query'
     import { createElement } from 'react'
     import { QueryClient } from 'whippet/query'
     const client = new QueryClient()
     createElement(QueryClientProvider, { client })
     export const theirs: Theirs = client
     export const stats = theirs.stats()`,
  )
  const compile = (paths) => {
    const compilerOptions = {
      module: 'esnext',
      moduleResolution: 'bundler',
      noEmit: true,
      paths,
      skipLibCheck: false,
      strict: true,
      target: 'es2022',
      types: [],
    }
    return app
      .write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['one.ts'] }))
      .then(() => app.run(process.execPath, tsc, '-p', '.'))
  }
  await assert.rejects(compile({}), /QueryClient/)
  await compile({ '@tanstack/query-core': ['./node_modules/whippet/query'] })
})
