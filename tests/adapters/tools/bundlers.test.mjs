// The bundlers and the test runner that take longer to install than to run: by an override, and by an alias each.
import assert from 'node:assert/strict'
import { mkdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { launch } from '../../e2e/browser.mjs'
import { shown } from '../page.mjs'
import { cores, override, project, react, standIn } from '../project.mjs'

const packages = {
  ...react,
  '@rspack/core': '2.3.2',
  jest: '30.5.2',
  'jest-environment-jsdom': '30.5.2',
  metro: '0.87.1',
  next: '16.4.6',
  webpack: '5.112.2',
}
const facts = { sameInReact: true, react: 'Ann, 1 fetch' }

const ways = [
  { way: 'an override', manifest: override, core: standIn },
  { way: 'an alias', alias: true, manifest: {} },
]
for (const { way, manifest, core, alias } of ways) {
  describe(`by ${way}`, () => {
    let app
    before(async () => (app = await project({ ...packages, ...core }, manifest)))
    after(() => app?.remove())

    const runs = async (file) => assert.deepEqual(await shown(app.inside(file), Object.keys(facts)), facts)
    /** What a configuration says where there is no override. */
    const aliased = (text) => (alias ? text : '')

    test(alias ? 'TanStack has its own core' : 'there is one core', async () => {
      const [core, ...more] = await cores(app.inside('node_modules'))
      assert.deepEqual(more, [])
      const { name } = JSON.parse(await readFile(app.inside('node_modules', core, 'package.json'), 'utf8'))
      assert.equal(name, alias ? '@tanstack/query-core' : 'whippet-query-core')
    })

    for (const [name, module] of [
      ['webpack', 'webpack'],
      ['Rspack', '@rspack/core'],
    ]) {
      test(name, async () => {
        await app.write(
          'bundle.mjs',
          `import * as module from '${module}'
           const { ${name.toLowerCase()}: bundler } = module.default ?? module
           const compiler = bundler({
             entry: './react.js',
             mode: 'production',
             output: { path: import.meta.dirname + '/out', filename: '${name}.js' },
             ${aliased(`resolve: { alias: { '@tanstack/query-core$': 'whippet/query' } },`)}
           })
           compiler.run((error, stats) => {
             if (error || stats.hasErrors()) throw error ?? new Error(stats.toString())
             compiler.close(() => {})
           })`,
        )
        await app.run(process.execPath, 'bundle.mjs')
        await runs(`out/${name}.js`)
      })
    }

    test('Metro, for the web', async () => {
      await app.write(
        'metro.mjs',
        `import Metro from 'metro'
         const config = await Metro.loadConfig({ cwd: import.meta.dirname, resetCache: true }, {
           projectRoot: import.meta.dirname,
           cacheStores: [],
           transformer: {
             getTransformOptions: async () => ({ transform: { experimentalImportSupport: true } }),
           },
           ${aliased(`resolver: {
             resolveRequest: (context, name, platform) =>
               context.resolveRequest(context, name === '@tanstack/query-core' ? 'whippet/query' : name, platform),
           },`)}
         })
         await Metro.runBuild(config, { entry: 'react.js', out: 'out/metro.js', platform: 'web', dev: false, minify: false })`,
      )
      await mkdir(app.inside('out'), { recursive: true })
      await app.run(process.execPath, 'metro.mjs')
      await runs('out/metro.js')
    })

    for (const environment of ['node', 'jsdom']) {
      test(`Jest, ${environment}`, async () => {
        await app.write(
          'jest.config.json',
          JSON.stringify({
            rootDir: '.',
            testEnvironment: environment,
            testMatch: ['**/one.test.cjs'],
            ...(alias ? { moduleNameMapper: { '^@tanstack/query-core$': 'whippet/query' } } : {}),
          }),
        )
        await app.write(
          'one.test.cjs',
          `const react = require('@tanstack/react-query')
           const { parseJsonSync } = require('whippet/json')
           const { startRum } = require('whippet/rum')
           const { QueryClient } = require('whippet/query')
           test('one core', () => expect(react.QueryClient).toBe(QueryClient))
           test('bytes are read', () => {
             const bytes = Uint8Array.from(Buffer.from('{"name":"Ångström"}'))
             expect(parseJsonSync(undefined, bytes).value).toEqual({ name: 'Ångström' })
           })
           test('what measures a page does no harm', () => {
             const rum = startRum({ endpoint: 'http://127.0.0.1:1/', app: 'shop' })
             rum.mark('m'.repeat(300))
             rum.stop()
           })`,
        )
        await app.bin('jest', '--config', 'jest.config.json')
      })
    }

    for (const bundler of ['webpack', 'turbopack']) {
      test(`Next, ${bundler}`, async () => {
        await mkdir(app.inside('app'), { recursive: true })
        await app.write('app/layout.js', `export default ({ children }) => <html><body>{children}</body></html>`)
        await app.write(
          'app/page.js',
          `'use client'
           import { QueryClient as Theirs, QueryClientProvider, useQuery } from '@tanstack/react-query'
           import { useState } from 'react'
           import { QueryClient } from 'whippet/query'
           function Name() {
             const { data } = useQuery({ queryKey: ['name'], queryFn: async () => 'Ann' })
             return <p id="name">{data}</p>
           }
           export default function Page() {
             const [client] = useState(() => new QueryClient())
             return (
               <QueryClientProvider client={client}>
                 <i id="same">{String(Theirs === QueryClient)}</i>
                 <Name />
               </QueryClientProvider>
             )
           }`,
        )
        await app.write(
          'next.config.mjs',
          `export default {
             output: 'export',
             distDir: 'next-${bundler}',
             ${aliased(`webpack(config) {
               config.resolve.alias['@tanstack/query-core$'] = 'whippet/query'
               return config
             },
             turbopack: { resolveAlias: { '@tanstack/query-core': 'whippet/query' } },`)}
           }`,
        )
        await app.bin('next', 'build', `--${bundler}`)
        const site = app.inside(`next-${bundler}`)
        assert.match(await readFile(path.join(site, 'index.html'), 'utf8'), /<i id="same">true</, 'on the server')
        assert.deepEqual(await visit(site), { same: 'true', name: 'Ann' })
      })
    }
  })
}

/** What the page of a site says in Chromium. */
async function visit(site) {
  const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }
  const server = createServer(async ({ url }, response) => {
    const { pathname } = new URL(url, 'http://127.0.0.1')
    const file = path.join(site, pathname === '/' ? 'index.html' : pathname)
    const body = await readFile(file).catch(() => undefined)
    response.writeHead(body ? 200 : 404, { 'content-type': types[path.extname(file)] ?? 'text/plain' }).end(body)
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  const browser = await launch()
  try {
    const page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${server.address().port}/`)
    await page.locator('#name', { hasText: 'Ann' }).waitFor()
    return { same: await page.textContent('#same'), name: await page.textContent('#name') }
  } finally {
    await browser.close()
    server.close()
  }
}
