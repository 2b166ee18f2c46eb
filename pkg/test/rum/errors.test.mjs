// Errors are reported as in Rust: crates/engine/src/beacon/describe_error.rs is tested with the same cases.
import assert from 'node:assert/strict'
import { build } from 'esbuild'
import { readFileSync } from 'node:fs'
import { before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { runInNewContext } from 'node:vm'

let observeErrors, describeError
const listeners = {}

before(async () => {
  const { outputFiles } = await build({
    bundle: true,
    format: 'esm',
    logLevel: 'silent',
    stdin: {
      contents: `export { describeError, observeErrors } from './errors.ts'`,
      resolveDir: fileURLToPath(new URL('../../src/rum/', import.meta.url)),
    },
    write: false,
  })
  ;({ observeErrors, describeError } = await import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
  ))
  globalThis.addEventListener = (kind, listener) => (listeners[kind] = listener)
})

test('errors are reported as the Rust driver reports them', () => {
  const cases = JSON.parse(readFileSync(new URL('../../../tests/cases/rum/errors.json', import.meta.url), 'utf8'))
  const all = []
  observeErrors((error) => all.push(error))
  for (const { message, source, stack, told } of cases) {
    const [, filename = '', lineno, colno] = /^(.*):(\d+):(\d+)$/.exec(source) ?? []
    listeners.error({ message, filename, lineno, colno, error: { stack } })
    assert.deepEqual({ ...all.pop() }, told, message)
  }
})

const messageOf = (thrown) => describeError(thrown).message

test('a thrown value is described by its text or by its member names', () => {
  class HttpFailure {
    constructor(status) {
      this.status = status
    }
  }
  class Worded {
    toString() {
      return 'in its own words'
    }
  }
  const foreign = runInNewContext('new RangeError("elsewhere")')
  const cases = [
    [undefined, 'undefined'],
    [null, 'null'],
    ['text', 'text'],
    [404, '404'],
    [10n, '10'],
    [Symbol('x'), 'Symbol(x)'],
    [new TypeError('bad'), 'TypeError: bad'],
    [new Error(''), 'Error'],
    [foreign, 'RangeError: elsewhere'],
    [new DOMException('stopped', 'AbortError'), 'AbortError: stopped'],
    [new HttpFailure(404), 'HttpFailure {status}'],
    [new Worded(), 'in its own words'],
    [{}, 'Object'],
    [Object.create(null), 'unknown'],
    [{ detail: 'secret', code: 'E_AUTH' }, 'Object (E_AUTH) {detail}'],
    [[1, 2, 'secret'], 'Array'],
    [new Uint8Array(5000), 'Uint8Array'],
    [
      function named() {
        return 'secret'
      },
      'named',
    ],
    [Promise.resolve('secret'), 'Promise'],
    [new Response('', { status: 404 }), 'Response'],
    [{ message: 'https://shop.example/?token=secret' }, 'Object: https://shop.example/'],
  ]
  for (const [thrown, expected] of cases) assert.equal(messageOf(thrown), expected)
  assert.equal(messageOf(new Event('error')), 'Event error')
  const target = new EventTarget()
  target.addEventListener('close', (event) => assert.equal(messageOf(event), 'Event close of EventTarget'))
  target.dispatchEvent(new Event('close'))
})

test('a member that throws is left out of the description', () => {
  const hostile = (members) => Object.defineProperties(new Error('known'), members)
  const thrower = {
    get() {
      throw new Error('from a getter')
    },
  }
  assert.equal(messageOf(hostile({ message: thrower })), 'Error')
  assert.equal(messageOf(hostile({ name: thrower })), 'Error: known')
  assert.equal(describeError(hostile({ stack: thrower })).message, 'Error: known')
  assert.equal(
    messageOf({
      toString() {
        throw new Error('no')
      },
      a: 1,
    }),
    'Object {a}',
  )
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  assert.equal(messageOf(proxy), 'unknown')
  assert.equal(
    messageOf(
      new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('no')
          },
          get: () => {
            throw new Error('no')
          },
        },
      ),
    ),
    'unknown',
  )
})

test('an uncaught object is described by its member names, not by the message of the browser', () => {
  const all = []
  observeErrors((error) => all.push(error))
  for (const message of ['Uncaught #<Object>', 'uncaught exception: Object', '[object Object]']) {
    listeners.error({ message, filename: 'https://shop.example/app.js', lineno: 1, colno: 2, error: { status: 404 } })
    listeners.unhandledrejection({ reason: { status: 404 } })
  }
  assert.deepEqual([...new Set(all.map(({ message }) => message))], ['Object {status}'])
  for (const error of [['secret'], () => 'secret', new Uint8Array(2)])
    listeners.error({ message: `Uncaught ${error}`, filename: '', error })
  assert.deepEqual(
    all.splice(-3).map(({ message }) => message),
    ['Array', 'Function', 'Uint8Array'],
  )
  listeners.error({ message: 'Uncaught text', filename: '', error: 'text' })
  listeners.error({ message: 'Uncaught TypeError: bad', filename: '', error: new TypeError('bad') })
  listeners.error({ message: 'Script error.', filename: '', error: null })
  assert.deepEqual(
    all.slice(-3).map(({ message }) => message),
    ['Uncaught text', 'Uncaught TypeError: bad', 'Script error.'],
  )
})

test('lines of the message are not taken for stack frames', () => {
  const print = (message) => {
    const error = new Error(message)
    error.stack = `Error: ${message}\n    at buy (https://shop.example/app.js:1:20)\n    at https://shop.example/app.js:3:7`
    return describeError(error)
  }
  const [one, other] = [print('no mail to ann@example.com:25'), print('no mail to bob@example.org:25')]
  assert.equal(one.fingerprint, other.fingerprint)
  for (const message of [
    'a@b',
    'first\nann@example.com:25:1\n    at home (x:1:2)',
    'caused by at f (https://a.example/x.js:1:2)',
    '@',
  ]) {
    const { source, stack } = print(message)
    assert.equal(source, 'at buy (https://shop.example/app.js:1:20)', message)
    assert.equal(stack, 'at buy (https://shop.example/app.js:1:20)\nat https://shop.example/app.js:3:7', message)
  }
})

test('errors are ignored by a string in their message, or by a pattern', () => {
  const all = []
  const error = (message) => listeners.error({ message, filename: '', error: null })
  observeErrors((error) => error && all.push(error.message), ['extension', /^TypeError: Failed to fetch$/g, /^Failed to load$/])
  for (let twice = 0; twice < 2; twice++) error('Uncaught TypeError: Failed to fetch')
  error('Uncaught Error: Failed to load')
  error('from an extension')
  error('ResizeObserver loop limit exceeded')
  listeners.unhandledrejection({ reason: new DOMException('Transition was skipped', 'AbortError') })
  error('kept')
  assert.deepEqual(all, ['kept'])
  assert.equal(
    describeError(new Error('ResizeObserver loop limit exceeded'), false).message,
    'Error: ResizeObserver loop limit exceeded',
  )
})

test('one string or one pattern is ignored like a list of it, and hides no other error', () => {
  for (const one of ['extension', /extension$/]) {
    const all = []
    observeErrors(({ message } = {}) => all.push(message), one)
    listeners.error({ message: 'from an extension', filename: '', error: null })
    listeners.error({ message: 'kept', filename: '', error: null })
    assert.deepEqual(all, [undefined, 'kept'])
    assert.equal(describeError(new Error('from an extension'), one), undefined)
    assert.equal(describeError(new Error('kept'), one).message, 'Error: kept')
  }
})

test('a field of a form that is named id is not taken for the id of the form', () => {
  const form = { nodeType: 1, nodeName: 'FORM', id: { nodeType: 1, nodeName: 'INPUT' }, classList: ['buy'], parentNode: null }
  const target = { nodeType: 1, nodeName: 'IMG', id: '', classList: [], parentNode: form }
  assert.equal(messageOf({ type: 'error', target, preventDefault() {} }), 'Object error of form.buy>img')
  target.id = 'hero'
  assert.equal(messageOf({ type: 'error', target, preventDefault() {} }), 'Object error of #hero')
})

test('a message that was cut within a character is well-formed', () => {
  const { message, stack } = describeError({
    toString: () => 'cut 🐕'.slice(0, -1),
    stack: 'at a (x.js:1:2)\nat \ud83d (x.js:3:4)',
  })
  assert.equal(message, 'cut \ufffd')
  assert.equal(stack, 'at a (x.js:1:2)\nat \ufffd (x.js:3:4)')
})

test('a shortened message contains no half address', () => {
  for (let length = 900; length < 1100; length++) {
    const { message } = describeError(
      `${'/a?b=c '.repeat(length / 7)}${'x'.repeat(length % 7)} https://ann:5ecre7@shop.example/ ${'y '.repeat(200)}`,
    )
    assert.ok(!message.includes('ann') && !message.includes('5ecre'), message)
  }
})
