// The declarations as a project gets them that checks its libraries too: every subpath, however it is resolved.
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'

const pkg = path.join(import.meta.dirname, '../../pkg')
const require = createRequire(import.meta.url)
const compilers = {
  current: require.resolve('typescript/package.json'),
  // 5.6, the oldest at hand, and one that still resolves as Node 10 did.
  old: createRequire(require.resolve('@arethetypeswrong/core')).resolve('typescript/package.json'),
}
const { exports } = JSON.parse(readFileSync(path.join(pkg, 'package.json'), 'utf8'))
const subpaths = Object.keys(exports).filter((name) => !/\.(wasm|json)$/.test(name))
const packages = ['whippet', 'whippet-query-core']

let project
const tarballs = {}
before(() => {
  project = mkdtempSync(path.join(tmpdir(), 'whippet-types-'))
  for (const [name, folder] of [
    ['whippet', pkg],
    ['whippet-query-core', path.join(pkg, 'query-core')],
  ]) {
    const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', project], { cwd: folder, encoding: 'utf8' })
    tarballs[name] = path.join(project, JSON.parse(packed)[0].filename)
  }
  writeFileSync(path.join(project, 'package.json'), '{ "name": "consumer", "private": true }')
  const install = ['install', '--offline', '--no-audit', '--no-fund', ...packages.map((name) => tarballs[name])]
  execFileSync('npm', install, { cwd: project })
  const names = [...subpaths.map((name) => path.posix.join('whippet', name)), 'whippet-query-core']
  const text = names.map((name, at) => `import * as all${at} from '${name}'\nexport const keys${at} = Object.keys(all${at})\n`)
  for (const file of ['all.ts', 'all.mts', 'all.cts']) writeFileSync(path.join(project, file), text.join(''))
  const server = names.filter((name) => /query|json|server|timing/.test(name)).map((name) => `import '${name}'\n`)
  writeFileSync(path.join(project, 'server.mts'), server.join(''))
})
after(() => rmSync(project, { recursive: true, force: true }))

function compile(compiler, files, options) {
  const base = { exactOptionalPropertyTypes: true, noEmit: true, skipLibCheck: false, strict: true, target: 'es2022', types: [] }
  writeFileSync(path.join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: { ...base, ...options }, files }))
  const tsc = path.join(path.dirname(compilers[compiler]), 'bin/tsc')
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', '.'], { cwd: project, encoding: 'utf8' })
  assert.equal(status, 0, `${compiler}, ${JSON.stringify(options)}:\n${stdout}${stderr}`)
}

test('every subpath compiles, its declarations checked too', () => {
  compile('current', ['all.ts'], { module: 'esnext', moduleResolution: 'bundler' })
  for (const module of ['node16', 'nodenext']) compile('current', ['all.mts', 'all.cts'], { module })
  compile('old', ['all.mts', 'all.cts'], { module: 'nodenext' })
  compile('old', ['all.ts'], { module: 'commonjs', moduleResolution: 'node10' })
})

test('a project with declarations may export whatever it makes, however it is inferred', () => {
  const made = (query, rum) => `import {
  MutationCache, MutationObserver, QueriesObserver, QueryCache, QueryClient, QueryObserver, dehydrateQuery,
} from '${query}'
import { startRum, type RumBeacon, type RumOptions } from '${rum}'
export const client = new QueryClient()
export const caches = [new QueryCache(), new MutationCache()]
export const observer = new QueryObserver(client, { queryKey: ['rows'], queryFn: () => [1] })
export const list = new QueriesObserver(client, []).getObservers()
export const mutation = new MutationObserver(client, { mutationFn: async (row: number) => row })
export const query = observer.getCurrentQuery()
export const observers = query.observers
export const mutations = client.getMutationCache().getAll()
export const find = () => client.getQueryCache().find({ queryKey: ['rows'] })
export const plain = (from = find()) => from && dehydrateQuery(from)
export const rum = startRum({ endpoint: '/v1/beacons', app: 'shop' })
export const vitalsOf = (beacon: RumBeacon) => beacon.vitals
export const format = ({ format }: RumOptions) => format
`
  writeFileSync(path.join(project, 'subpaths.mts'), made('whippet/query', 'whippet/rum'))
  writeFileSync(path.join(project, 'whole.mts'), made('whippet', 'whippet'))
  writeFileSync(path.join(project, 'otlp.mts'), "import { otlp } from 'whippet/rum/otlp'\nexport const format = otlp()\n")
  for (const compiler of ['current', 'old'])
    compile(compiler, ['subpaths.mts', 'whole.mts', 'otlp.mts'], { module: 'nodenext', declaration: true })
})

test('what a server uses compiles without the library of the DOM', () => {
  // What Node has of it; `@types/node` says so.
  const names = ['AbortSignal', 'ReadableStream<_>', 'Response', 'Request', 'RequestInit', 'URL', 'DOMException']
  writeFileSync(path.join(project, 'node.d.ts'), names.map((name) => `interface ${name} {}\n`).join(''))
  compile('current', ['server.mts', 'node.d.ts'], { module: 'nodenext', lib: ['es2022'] })
})

for (const name of packages) {
  test(`attw finds nothing wrong with ${name}`, async () => {
    const found = await checkPackage(createPackageFromTarballData(readFileSync(tarballs[name])), {
      excludeEntrypoints: [/\.wasm$/],
    })
    // The stand-in is of another package altogether, which is not there when it is looked at alone.
    const problems = found.problems.filter((problem) => name === 'whippet' || problem.moduleSpecifier !== 'whippet/query')
    assert.deepEqual(problems, [])
  })
}
