// Compares debounce and throttle with lodash's: random options and random sequences of calls, on one clock.
import debounce from 'lodash-es/debounce.js'
import throttle from 'lodash-es/throttle.js'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as whippet from 'whippet/timing'

// All of lodash-es is 640 files.
const lodash = { debounce, throttle }

/** A random generator with a seed. */
function draws(seed) {
  let state = seed
  const draw = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (n) => Math.floor(draw() * n)
  const oneOf = (list) => list[below(list.length)]
  return { below, oneOf, chance: (probability) => draw() < probability }
}

/** A mock clock and mock timers. */
class Host {
  time = 1_000_000
  /** The offset of the wall clock, in ms. */
  offset = 0
  timers = []
  thrown = []
  #lastId = 0
  #real = {}

  install() {
    const real = (this.#real = { Date, setTimeout, clearTimeout })
    globalThis.Date = class extends real.Date {}
    globalThis.Date.now = () => this.time + this.offset
    globalThis.setTimeout = (run, delay) => {
      // Like a host: delays are whole numbers, and one that does not fit into 32 bits is as short as possible.
      const ms = delay < 2 ** 31 ? Math.max(Math.trunc(delay), delay > 0 ? 1 : 0) : 1
      const timer = { at: this.time + ms, id: ++this.#lastId, run }
      this.timers.push(timer)
      return timer
    }
    globalThis.clearTimeout = (timer) => {
      this.timers = this.timers.filter((other) => other !== timer)
    }
  }

  remove() {
    Object.assign(globalThis, this.#real)
  }

  advance(ms) {
    const until = this.time + ms
    for (;;) {
      const next = this.timers.reduce((a, b) => (!a || b.at < a.at || (b.at === a.at && b.id < a.id) ? b : a), undefined)
      if (!next || next.at > until) break
      this.timers.splice(this.timers.indexOf(next), 1)
      this.time = Math.max(this.time, next.at)
      try {
        next.run()
      } catch (error) {
        this.thrown.push(error.message)
      }
    }
    this.time = Math.max(this.time, until)
  }
}

const waits = [undefined, null, 0, 1, 5, 20, 32, -5, NaN, '20', ' 7 ', 'soon', '0x10', '', true, [9], {}]
// For these, lodash's timer fires again and again, because the delay does not fit into 32 bits, and so it sees a jump of the
// clock too early.
const longWaits = [...waits, Infinity, 3e9]
const edges = [true, false, undefined, 1, 0, '', 'yes', null]

function someOptions({ chance, oneOf }, waits) {
  if (chance(0.15)) return oneOf([undefined, null, true, 'no', 5])
  const options = {}
  if (chance(0.5)) options.leading = oneOf(edges)
  if (chance(0.5)) options.trailing = oneOf(edges)
  if (chance(0.5)) options.maxWait = oneOf(waits)
  return options
}

/** A paced function of one library. Each run does what `plan` says for its number. */
function createPaced(library, { kind, wait, options, plan, withoutArguments }, host) {
  const log = []
  let runs = 0
  const fn = function (...args) {
    const run = runs++
    log.push([host.time, this?.name, ...args])
    switch (plan[run % plan.length]) {
      case 'throw':
        throw new Error(`run ${run}`)
      case 'call':
        if (runs < 40) log.push(['inner call', resultOf(() => paced.call({ name: 'inner' }, 'inner', run))])
        break
      case 'cancel':
        paced.cancel()
        break
      case 'flush':
        log.push(['inner flush', resultOf(() => paced.flush())])
        break
    }
    return `result ${run}`
  }
  const paced = withoutArguments ? library[kind](fn) : library[kind](fn, wait, options)
  return { paced, log }
}

function resultOf(run) {
  try {
    return run()
  } catch (error) {
    return `threw ${error.message}`
  }
}

/** Plays one random sequence with `count` functions of both libraries; throws at the first difference. */
function play(seed, { count, jumps, plans }) {
  const random = draws(seed)
  const { below, oneOf, chance } = random
  const spans = jumps ? waits : longWaits
  const host = new Host()
  const steps = []
  host.install()
  try {
    const pairs = Array.from({ length: count }, () => {
      const config = {
        kind: oneOf(['debounce', 'throttle']),
        wait: oneOf(spans),
        options: someOptions(random, spans),
        plan: Array.from({ length: 5 }, () => oneOf(plans)),
        withoutArguments: chance(0.05),
      }
      steps.push(config)
      return [createPaced(lodash, config, host), createPaced(whippet, config, host)]
    })
    for (let step = 0; step < 60; step++) {
      const index = below(count)
      const name = oneOf(['a', 'b', 'c'])
      const actions = {
        call: ({ paced }) => paced.call({ name }, step, name),
        burst: ({ paced }) => [paced(step), paced(step + 0.1), paced(step + 0.2, 'more')],
        cancel: ({ paced }) => paced.cancel(),
        flush: ({ paced }) => paced.flush(),
      }
      const kind = oneOf(['call', 'call', 'call', 'burst', 'cancel', 'flush', 'flush', 'time', 'time', 'time', 'late', 'jump'])
      if (jumps && ['cancel', 'flush', 'late'].includes(kind)) continue
      if (kind === 'time') {
        const ms = below(chance(0.2) ? 60 : 12)
        steps.push([kind, ms])
        host.advance(ms)
      } else if (kind === 'late') {
        // The host is busy: no timer fires.
        const ms = below(50)
        steps.push([kind, ms])
        host.time += ms
      } else if (kind === 'jump') {
        if (!jumps || host.offset !== 0) continue
        const ms = oneOf([-1e6, -100, -10, -3, 3, 10, 100, 1e6])
        steps.push([kind, ms])
        host.offset += ms
      } else {
        steps.push([kind, index])
        const [theirs, ours] = pairs[index].map((one) => resultOf(() => actions[kind](one)))
        assert.deepEqual(ours, theirs, 'the returned value')
      }
      for (const [theirs, ours] of pairs) {
        assert.deepEqual(ours.log, theirs.log, 'the runs')
        if (theirs.paced.pending) assert.equal(ours.paced.pending(), theirs.paced.pending(), 'pending')
      }
    }
    host.advance(200)
    for (const [theirs, ours] of pairs) assert.deepEqual(ours.log, theirs.log, 'the runs at the end')
    for (const [theirs, ours] of pairs) for (const { paced } of [theirs, ours]) paced.cancel()
    host.advance(1)
  } catch (error) {
    throw new Error(`seed ${seed}: ${error.message}\n${JSON.stringify(steps)}`, { cause: error })
  } finally {
    host.remove()
  }
}

const SEQUENCES = Number(process.env.WHIPPET_SEQUENCES ?? 1500)

test('one function behaves like in lodash', () => {
  for (let seed = 1; seed <= SEQUENCES; seed++) {
    play(seed, { count: 1, jumps: false, plans: ['', '', '', 'throw', 'call', 'cancel', 'flush'] })
  }
})

// Without flush and cancel, which leave a timer running: when it fires, the wall clock decides what is due, and after a jump
// a function may be due before a timer of its own would have fired.
test('one function behaves like in lodash when the clock jumps once', () => {
  for (let seed = 1; seed <= SEQUENCES; seed++) {
    play(seed, { count: 1, jumps: true, plans: ['', '', '', 'throw', 'call'] })
  }
})

test('several functions on one timer behave like with a timer each', () => {
  for (let seed = 1; seed <= SEQUENCES; seed++) {
    play(seed, { count: 3, jumps: false, plans: ['', '', 'call', 'cancel', 'flush'] })
  }
})

for (const kind of ['debounce', 'throttle']) {
  test(`${kind} throws where lodash throws`, () => {
    for (const fn of [undefined, null, 'text', 5, {}]) {
      assert.throws(() => lodash[kind](fn), TypeError)
      assert.throws(() => whippet[kind](fn), { name: 'TypeError', message: /^Expected a function/ })
    }
  })
}
