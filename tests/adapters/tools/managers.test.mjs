// The override as other package managers call it.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { cores, override, project, standIn } from '../project.mjs'

let tools
before(() => {
  tools = mkdtempSync(path.join(tmpdir(), 'whippet-managers-'))
  const packages = ['pnpm@10.34.9', 'yarn@1.22.22', '@yarnpkg/cli-dist@4.18.1']
  const install = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', tools]
  execFileSync('npm', [...install, ...packages], { stdio: 'ignore' })
})
after(() => rmSync(tools, { recursive: true, force: true }))

const packages = { '@tanstack/react-query': '5.108.0', react: '19.3.1' }
const resolutions = { '@tanstack/query-core': 'file:./whippet-query-core.tgz' }
const modern = (linker) => ({
  program: '@yarnpkg/cli-dist/bin/yarn.js',
  manifest: { resolutions },
  files: { '.yarnrc.yml': `nodeLinker: ${linker}\nenableTelemetry: false\nenableImmutableInstalls: false\n`, 'yarn.lock': '' },
})
const managers = {
  pnpm: {
    program: 'pnpm/bin/pnpm.cjs',
    files: { 'pnpm-workspace.yaml': `overrides:\n  '@tanstack/query-core': file:./whippet-query-core.tgz\n` },
  },
  'Yarn 1': { program: 'yarn/bin/yarn.js', manifest: { resolutions } },
  Yarn: modern('node-modules'),
  "Yarn, Plug'n'Play": { ...modern('pnp'), runsNode: true },
}

for (const [name, { program, manifest, files = {}, runsNode }] of Object.entries(managers)) {
  test(name, async () => {
    const manager = path.join(tools, 'node_modules', program)
    const app = await project(packages, manifest, async ({ run, write }) => {
      for (const [file, text] of Object.entries(files)) await write(file, text)
      await run(process.execPath, manager, 'install')
    })
    try {
      await app.write(
        'one.mjs',
        `import * as react from '@tanstack/react-query'
         import { QueryClient } from 'whippet/query'
         console.log(react.QueryClient === QueryClient)`,
      )
      await app.write(
        'one.cjs',
        `console.log(require('@tanstack/react-query').QueryClient === require('whippet/query').QueryClient)`,
      )
      for (const file of ['one.mjs', 'one.cjs']) {
        const printed = await app.run(process.execPath, ...(runsNode ? [manager, 'node'] : []), file)
        assert.equal(printed.trim(), 'true', file)
      }
    } finally {
      await app.remove()
    }
  })
}

test("npm, where TanStack's core is installed already", async () => {
  const app = await project(packages)
  try {
    const manifest = JSON.parse(await readFile(app.inside('package.json'), 'utf8'))
    Object.assign(manifest.dependencies, standIn)
    await app.write('package.json', JSON.stringify({ ...manifest, ...override }))
    for (const command of ['install', 'ci']) {
      await app.run('npm', command, '--prefer-offline', '--no-audit', '--no-fund')
      assert.deepEqual(await cores(app.inside('node_modules')), ['@tanstack/query-core'])
      const core = app.inside('node_modules/@tanstack/query-core/package.json')
      assert.equal(JSON.parse(await readFile(core, 'utf8')).name, 'whippet-query-core')
    }
  } finally {
    await app.remove()
  }
})
