// An override in package.json: no bundler, no test runner and no compiler needs to be told anything.
import { build } from 'esbuild'
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { shown } from '../page.mjs'
import { cores, override, project, react, standIn, tsc } from '../project.mjs'

let app
before(async () => {
  app = await project(
    {
      ...react,
      ...standIn,
      '@rollup/plugin-commonjs': '29.0.3',
      '@rollup/plugin-node-resolve': '16.0.3',
      '@rollup/plugin-replace': '6.0.3',
      '@sveltejs/vite-plugin-svelte': '7.3.1',
      '@tanstack/preact-query': '5.103.2',
      '@tanstack/query-sync-storage-persister': '5.104.4',
      '@tanstack/react-query-persist-client': '5.104.5',
      '@tanstack/solid-query': '5.104.0',
      '@tanstack/svelte-query': '6.3.0',
      '@tanstack/vue-query': '5.104.0',
      '@types/react': '19.3.3',
      preact: '10.28.2',
      rollup: '4.68.5',
      'solid-js': '1.9.19',
      svelte: '5.57.3',
      vite: '8.3.8',
      vitest: '5.1.0',
      vue: '3.5.45',
    },
    override,
  )
  await app.write('all.js', `import './react.js'\nimport './others.js'\n`)
})
after(() => app?.remove())

const reacts = { sameInReact: true, react: 'Ann, 1 fetch' }
const all = {
  ...reacts,
  sameInVue: true,
  vue: 'Ann, 1 fetch',
  sameInSolid: true,
  solid: 'Ann, 1 fetch',
  sameInPreact: true,
  preact: 'Ann, 1 fetch',
}
const svelte = { sameInSvelte: true, svelte: 'Ann, 1 fetch' }
const runs = async (file, facts) => assert.deepEqual(await shown(app.inside(file), Object.keys(facts)), facts)

test('six adapters, of different versions, have one core', async () => {
  assert.deepEqual(await cores(app.inside('node_modules')), ['@tanstack/query-core'])
})

test('TypeScript: they agree about what a QueryClient is', async () => {
  const common = { target: 'es2022', lib: ['es2023', 'dom', 'dom.iterable'], strict: true, noEmit: true }
  for (const [module, skipLibCheck] of [
    ['esnext', false],
    ['nodenext', true],
  ]) {
    const moduleResolution = module === 'esnext' ? 'bundler' : module
    const compilerOptions = { ...common, module, moduleResolution, skipLibCheck, types: ['react'] }
    await app.write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['types.ts'] }))
    await app.run(process.execPath, tsc, '-p', '.')
  }
})

test('Node: a module and CommonJS', async () => {
  const check = `
    for (const one of [react, vue, solid, preact]) {
      const client = new one.QueryClient()
      if (!(client instanceof QueryClient)) throw new Error('another core')
      console.log(client.stats().fetches)
    }`
  await app.write(
    'node.mjs',
    `import * as react from '@tanstack/react-query'
     import * as vue from '@tanstack/vue-query'
     import * as solid from '@tanstack/solid-query'
     import * as preact from '@tanstack/preact-query'
     import { QueryClient } from 'whippet/query'
     ${check}`,
  )
  await app.write(
    'node.cjs',
    `const [react, vue, solid, preact] = ['react', 'vue', 'solid', 'preact'].map((name) => require('@tanstack/' + name + '-query'))
     const { QueryClient } = require('whippet/query')
     ${check}`,
  )
  for (const file of ['node.mjs', 'node.cjs']) assert.equal(await app.run(process.execPath, file), '0\n0\n0\n0\n')
})

test('esbuild', async () => {
  await build({
    absWorkingDir: app.folder,
    bundle: true,
    define: { 'process.env.NODE_ENV': '"production"' },
    entryPoints: ['all.js'],
    format: 'esm',
    logLevel: 'silent',
    outfile: 'out/esbuild.js',
  })
  await runs('out/esbuild.js', all)
})

test('Vite, Svelte too', async () => {
  await app.write('all-vite.js', `import './all.js'\nimport './svelte.js'\n`)
  await app.write('index.html', `<script type="module" src="/all-vite.js"></script>`)
  await app.write(
    'vite.config.js',
    `import { svelte } from '@sveltejs/vite-plugin-svelte'
     export default {
       plugins: [svelte()],
       build: { outDir: 'out/vite', rollupOptions: { output: { entryFileNames: 'app.js' } } },
     }`,
  )
  await app.bin('vite', 'build', '--logLevel', 'error')
  await runs('out/vite/app.js', { ...all, ...svelte })
})

test('Rollup', async () => {
  await app.write(
    'rollup.config.js',
    `import commonjs from '@rollup/plugin-commonjs'
     import resolve from '@rollup/plugin-node-resolve'
     import replace from '@rollup/plugin-replace'
     export default {
       input: 'all.js',
       output: { file: 'out/rollup.js' },
       onLog: () => {},
       plugins: [
         replace({ preventAssignment: true, 'process.env.NODE_ENV': '"production"' }),
         resolve({ browser: true }),
         commonjs(),
       ],
     }`,
  )
  await app.bin('rollup', '-c')
  await runs('out/rollup.js', all)
})

test('Vitest', async () => {
  await app.write(
    'one.test.js',
    `import * as react from '@tanstack/react-query'
     import { expect, test } from 'vitest'
     import { QueryClient } from 'whippet/query'
     test('one core', () => expect(react.QueryClient).toBe(QueryClient))`,
  )
  // Else it would take Vite's.
  await app.write('vitest.config.js', 'export default {}')
  await app.bin('vitest', 'run')
})
