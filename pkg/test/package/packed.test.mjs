// What `npm pack` takes: what is used, once, and no more than a bound.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { spell } from '../../spelling.mjs'

/** Bytes of the packed tarball. */
const MOST = 250_000

const pkg = path.join(import.meta.dirname, '../..')
const packed = execFileSync('npm', ['pack', '--dry-run', '--json'], {
  cwd: pkg,
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'ignore'],
})
const [{ size, files }] = JSON.parse(packed)
const names = files.map((file) => file.path)
const read = (name) => readFileSync(path.join(pkg, name), 'utf8')

test(`the tarball has at most ${MOST} bytes`, (t) => {
  t.diagnostic(`${size} bytes in ${files.length} files`)
  assert.ok(size <= MOST, `${size} bytes`)
})

test('everything in it is led to by package.json', () => {
  const manifests = names.filter((name) => path.basename(name) === 'package.json')
  const led = new Set(['LICENSE', 'README.md', ...manifests])
  const pending = []
  const lead = (target) => {
    const pattern = new RegExp(`^${target.replaceAll('.', '\\.').replace('*', '\\w+')}$`)
    const found = names.filter((name) => pattern.test(name))
    assert.ok(found.length > 0, `${target} is missing`)
    for (const name of found) {
      if (!led.has(name)) pending.push(name)
      led.add(name)
    }
  }
  for (const manifest of manifests) {
    for (const [, target] of read(manifest).matchAll(/: "(\.{1,2}\/[^"]*\.\w+)"/g))
      lead(path.join(path.dirname(manifest), target))
  }
  for (const name of pending) {
    if (name.endsWith('.wasm')) continue
    // Examples in comments lead nowhere, and those in messages are of dynamic imports.
    const text = name.endsWith('.ts') ? read(name).replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '') : read(name)
    const requests = name.endsWith('.ts') ? /(?:from|import)\s*\(?\s*'(\.[^']+)'/g : /(?:from ?|require\()["'](\.[^"']+)["']/g
    for (const [, target] of text.matchAll(requests)) {
      const file = path.join(path.dirname(name), target)
      lead(name.endsWith('.ts') ? file.replace(/js$/, 'd.ts') : file)
    }
  }
  assert.deepEqual(
    names.filter((name) => !led.has(name)),
    [],
  )
})

test('a wasm module is in it as text and as a file, and nowhere else', () => {
  const scripts = names.filter((name) => name.endsWith('.js'))
  for (const name of names.filter((name) => name.endsWith('.wasm'))) {
    const bytes = readFileSync(path.join(pkg, name))
    const begins = [bytes.toString('hex'), spell(bytes)].map((text) => text.slice(0, 200))
    assert.deepEqual(
      scripts.filter((script) => begins.some((begin) => read(script).includes(begin))),
      [`dist/hex/${path.basename(name, '.wasm')}.js`],
    )
  }
})

test('declarations are in it once, without what is internal', () => {
  const declarations = names.filter((name) => name.endsWith('.d.ts'))
  for (const name of declarations) {
    assert.doesNotMatch(read(name), /@internal/, name)
    if (name.startsWith('dist/types/')) assert.match(read(name), /^export \* from '[./\w]+'\n$/, name)
  }
})

test('a page loads the ES modules without a bundler: they import by relative paths alone', () => {
  const modules = names.filter((name) => /^dist\/(?!cjs|workerd).*\.js$/.test(name))
  assert.ok(modules.length > 10)
  for (const name of modules) {
    for (const [, request] of read(name).matchAll(/^(?:import|export)\b[^'"]*?from ["']([^"']+)["']/gm))
      assert.match(request, /^\.{1,2}\//, name)
  }
})
