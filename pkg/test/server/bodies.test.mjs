import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Bodies, random } from './sources.mjs'

const body = (digest, length = 10) => ({ digest, bytes: new Uint8Array(length) })

test('a key keeps its newest bodies', () => {
  const bodies = new Bodies(10_000, 2)
  for (const digest of ['one', 'two', 'one', 'six']) bodies.keep('key', body(digest))
  assert.ok(bodies.find('key', 'one') && bodies.find('key', 'six'))
  assert.equal(bodies.find('key', 'two'), undefined)
  assert.equal(bodies.find('other', 'one'), undefined)
  assert.equal(bodies.newest('key').digest, 'six')
})

test('the least recently used key goes first, and the limit holds', () => {
  const bodies = new Bodies(1000, 3)
  for (const key of ['a', 'b', 'c']) bodies.keep(key, body(key))
  assert.ok(bodies.find('a', 'a'))
  bodies.keep('d', body('d'))
  assert.ok(bodies.find('a', 'a') && !bodies.find('b', 'b'))
  const any = random(3)
  for (let round = 0; round < 500; round++) {
    bodies.keep(String(any(6)), body(String(any(4)), any(900)))
    assert.ok(bodies.bytes >= 0 && bodies.bytes <= 1000, `${bodies.bytes} bytes`)
  }
  bodies.keep('long', body('long', 1000))
  assert.equal(bodies.find('long', 'long'), undefined)
})
