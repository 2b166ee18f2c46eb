// JSON, lazy loading, pacing and measuring where WebAssembly does not run; and that nothing of the package throws for it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { run, traps, ways } from './ways.mjs'

const body = `const text = (text) => new Response(text, { headers: { 'content-type': 'application/json' } })`

for (const [name, way] of Object.entries(ways)) {
  test(`WebAssembly ${name}: bodies are parsed, functions are paced, and on a server nothing is lazy or measured`, async () => {
    const result = await run(
      way,
      `
      ${body}
      const first = await json.parseJson(undefined, text('{"a":[1]}'))
      const second = await json.parseJson(first, text('{"a":[2]}'))
      json.setJsonBudget({ body: 1, total: 1 })
      globalThis.fetch = async () => text('[1]')
      const asked = await json.jsonQuery('http://localhost/x')({ queryKey: ['x'], signal: new AbortController().signal })
      const lines = []
      for await (const line of json.jsonLines(text('1\\n2'))) lines.push(line)
      const images = lazy.lazy('img')
      images.update(); images.load(); images.destroy()
      const imported = await lazy.lazyImport(async () => 'module')
      await lazy.preload([() => 1]).done
      const measured = rum.startRum({ endpoint: 'http://localhost/b', app: 'a' })
      measured.mark?.('m'); measured.timing?.('t', 1); measured.flush?.(); measured.stop?.()
      for (const on of ['onCLS', 'onFCP', 'onINP', 'onLCP', 'onTTFB']) rum[on](() => {})
      const calls = []
      const paced = timing.debounce((n) => calls.push(n), 5)
      paced(1); paced(2); paced.flush()
      return { calls, values: [first.value, second.value], asked, lines, imported, same: Object.keys(all).length > 30, figures: Object.values(json.stats()).every((it) => it === 0) }`,
    )
    assert.deepEqual(result, {
      calls: [2],
      values: [{ a: [1] }, { a: [2] }],
      asked: [1],
      lines: [1, 2],
      imported: 'module',
      same: true,
      figures: true,
    })
  })
}

test('where the engine of bodies traps, one body is lost, and the others are parsed', async () => {
  for (const after of [0, 1, 2, 4, 8]) {
    const values = await run(
      traps(after),
      `
      ${body}
      const values = []
      for (let i = 0; i < 6; i++) await json.parseJson(undefined, text('[' + i + ']')).then(({ value }) => values.push(value[0]), () => values.push('lost'))
      return values`,
    )
    assert.ok(values.filter((value) => value === 'lost').length <= 1, `${after}: ${values}`)
    assert.equal(values.at(-1), 5)
  }
})
