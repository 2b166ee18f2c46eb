// Draws what a script does, and notes what came of it: tests/sim/rules.rs plays the same scripts on the engine.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'

const root = path.join(import.meta.dirname, '../../..')

export const ODD = [NaN, Infinity, -Infinity, -0, -1, 1e-9, 1e300, 2 ** 53]

/** A module of `src/rules`. */
export async function rules(name) {
  const entry = path.join(root, `pkg/src/rules/${name}.ts`)
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: 'esm', write: false, logLevel: 'error' })
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`)
}

export function script() {
  let random = 1
  let digest = 0x811c9dc5
  let results = 0
  let lines = ''
  const bytes = new DataView(new ArrayBuffer(8))
  const self = {
    /** A number below `bound`: Marsaglia's xorshift. */
    pick(bound) {
      random = (random ^ (random << 13)) >>> 0
      random = (random ^ (random >>> 17)) >>> 0
      random = (random ^ (random << 5)) >>> 0
      return (random >>> 8) % bound
    },
    oneOf: (numbers) => numbers[self.pick(numbers.length)],
    /** Adds a result to the digest: FNV-1a of its bits. */
    result(value) {
      bytes.setFloat64(0, Number(value), true)
      for (let i = 0; i < 8; i++) digest = Math.imul(digest ^ bytes.getUint8(i), 0x01000193) >>> 0
      results++
      if (results % 500 === 0) lines += `${digest.toString(16).padStart(8, '0')}\n`
    },
    optional: (value) => self.result(value ?? -7),
    /** Fails at the first line where the engine came to something else. */
    compare(name) {
      const expected = readFileSync(path.join(root, `tests/cases/rules/${name}.txt`), 'utf8')
      const [ours, theirs] = [lines.split('\n'), expected.split('\n')]
      const at = theirs.findIndex((line, i) => line !== ours[i])
      assert.equal(at, -1, `${name}: a result from ${at * 500} on is not the engine's`)
      assert.equal(ours.length, theirs.length)
      assert.ok(theirs.length > 10, 'the script has results')
    },
  }
  return self
}
