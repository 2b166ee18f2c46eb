// Deltas as edits: the cases that Rust reads too, random edits, and deltas of any form.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { applyEdits, random, writeEdits } from './sources.mjs'

const cases = JSON.parse(readFileSync(new URL('../../../tests/cases/delta/edits.json', import.meta.url), 'utf8'))
const bytes = (text) => new TextEncoder().encode(text)
const hex = (text) => new Uint8Array(Buffer.from(text, 'hex'))
const LIMIT = 1_000_000

for (const { name, old, new: now, delta } of cases.made) {
  test(`both languages write the same edits: ${name}`, () => {
    assert.deepEqual(writeEdits(bytes(old), bytes(now)), hex(delta))
    assert.deepEqual(applyEdits(bytes(old), hex(delta), LIMIT), bytes(now))
  })
}

for (const { name, old, delta } of cases.refused) {
  test(`refused: ${name}`, () => assert.throws(() => applyEdits(bytes(old), hex(delta), 100), RangeError))
}

test('any edited body comes back', () => {
  const any = random(1)
  for (let round = 0; round < 400; round++) {
    const old = Uint8Array.from({ length: any(3000) }, () => any(1 + (round % 4)))
    let now = [...old]
    for (let edit = any(6); edit > 0; edit--) {
      const at = any(now.length + 1)
      now.splice(at, any(90), ...Array.from({ length: any(80) }, () => any(256)))
      const cut = any(now.length + 1)
      if (edit % 3 === 0) now = [...now.slice(cut), ...now.slice(0, cut)]
    }
    const delta = writeEdits(old, Uint8Array.from(now))
    assert.deepEqual(applyEdits(old, delta, LIMIT), Uint8Array.from(now), `round ${round}`)
  }
})

test('damaged deltas make a body of bounded length, or a RangeError', () => {
  const any = random(2)
  const old = Uint8Array.from({ length: 500 }, () => any(5))
  let refused = 0
  for (let round = 0; round < 3000; round++) {
    const delta = writeEdits(old, old.slice(any(200), 300 + any(200)))
    for (let damage = 1 + any(3); damage > 0; damage--) delta[any(delta.length)] = any(256)
    try {
      assert.ok(applyEdits(old, delta, 4096).length <= 4096)
    } catch (error) {
      assert.ok(error instanceof RangeError, error)
      refused++
    }
  }
  assert.ok(refused > 1000, `${refused} refused`)
})

test('a bomb ends at its limit', () => {
  // 2^32 bytes of nothing but copies.
  const bomb = Uint8Array.from([0xff, 0xff, 0xff, 0xff, 0x0f, ...Array(100).fill([21, 19]).flat()])
  assert.throws(() => applyEdits(new Uint8Array(10), bomb, LIMIT), /are allowed/)
  // One that is right but for its length.
  const whole = Uint8Array.from([10, 21, 0])
  assert.equal(applyEdits(new Uint8Array(10), whole, 10).length, 10)
  assert.throws(() => applyEdits(new Uint8Array(10), whole, 9), RangeError)
})
