// Beside lodash, on one clock: random functions, options and sequences of what can happen to them.
import * as lodash from 'lodash-es'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as whippet from 'whippet/timing'

/** Draws from a seed. */
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
  return { below, oneOf, chance: (part) => draw() < part }
}

/** A host whose clock is moved by hand. */
class Host {
  time = 1_000_000
  /** What the wall clock is off by. */
  off = 0
  timers = []
  thrown = []
  #names = 0
  #real = {}

  install() {
    const real = (this.#real = { Date, setTimeout, clearTimeout })
    globalThis.Date = class extends real.Date {}
    globalThis.Date.now = () => this.time + this.off
    globalThis.setTimeout = (run, delay) => {
      // Delays are whole numbers, and what does not fit is as soon as can be.
      const ms = delay < 2 ** 31 ? Math.max(Math.trunc(delay), delay > 0 ? 1 : 0) : 1
      const timer = { at: this.time + ms, name: ++this.#names, run }
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

  /** Lets time pass. */
  advance(ms) {
    const until = this.time + ms
    for (;;) {
      const next = this.timers.reduce((a, b) => (!a || b.at < a.at || (b.at === a.at && b.name < a.name) ? b : a), undefined)
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
// Beyond 32 bits lodash's timer fires again and again, and so sees a clock jump before its time.
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

/** One paced function of one library; it does what `plan` says, by the number of its run. */
function specimen(library, { kind, wait, options, plan, missing }, host) {
  const log = []
  let runs = 0
  const fn = function (...args) {
    const run = runs++
    log.push([host.time, this?.name, ...args])
    switch (plan[run % plan.length]) {
      case 'throw':
        throw new Error(`run ${run}`)
      case 'call':
        if (runs < 40) log.push(['inner call', attempt(() => paced.call({ name: 'inner' }, 'inner', run))])
        break
      case 'cancel':
        paced.cancel()
        break
      case 'flush':
        log.push(['inner flush', attempt(() => paced.flush())])
        break
    }
    return `result ${run}`
  }
  const paced = missing ? library[kind](fn) : library[kind](fn, wait, options)
  return { paced, log }
}

function attempt(run) {
  try {
    return run()
  } catch (error) {
    return `threw ${error.message}`
  }
}

/** Plays one random sequence with `count` functions; gives what was different, if anything. */
function play(seed, { count, jumps, plans }) {
  const random = draws(seed)
  const { below, oneOf, chance } = random
  const spans = jumps ? waits : longWaits
  const host = new Host()
  const story = []
  host.install()
  try {
    const pairs = Array.from({ length: count }, () => {
      const what = {
        kind: oneOf(['debounce', 'throttle']),
        wait: oneOf(spans),
        options: someOptions(random, spans),
        plan: Array.from({ length: 5 }, () => oneOf(plans)),
        missing: chance(0.05),
      }
      story.push(what)
      return [specimen(lodash, what, host), specimen(whippet, what, host)]
    })
    for (let step = 0; step < 60; step++) {
      const which = below(count)
      const name = oneOf(['a', 'b', 'c'])
      const acts = {
        call: ({ paced }) => paced.call({ name }, step, name),
        burst: ({ paced }) => [paced(step), paced(step + 0.1), paced(step + 0.2, 'more')],
        cancel: ({ paced }) => paced.cancel(),
        flush: ({ paced }) => paced.flush(),
      }
      const kind = oneOf(['call', 'call', 'call', 'burst', 'cancel', 'flush', 'flush', 'time', 'time', 'time', 'late', 'jump'])
      if (jumps && ['cancel', 'flush', 'late'].includes(kind)) continue
      if (kind === 'time') {
        const ms = below(chance(0.2) ? 60 : 12)
        story.push([kind, ms])
        host.advance(ms)
      } else if (kind === 'late') {
        // The host is busy: time passes, and no timer fires.
        const ms = below(50)
        story.push([kind, ms])
        host.time += ms
      } else if (kind === 'jump') {
        if (!jumps || host.off !== 0) continue
        const ms = oneOf([-1e6, -100, -10, -3, 3, 10, 100, 1e6])
        story.push([kind, ms])
        host.off += ms
      } else {
        story.push([kind, which])
        const [theirs, ours] = pairs[which].map((one) => attempt(() => acts[kind](one)))
        assert.deepEqual(ours, theirs, 'what it returned')
      }
      for (const [theirs, ours] of pairs) {
        assert.deepEqual(ours.log, theirs.log, 'what ran')
        if (theirs.paced.pending) assert.equal(ours.paced.pending(), theirs.paced.pending(), 'pending')
      }
    }
    host.advance(200)
    for (const [theirs, ours] of pairs) assert.deepEqual(ours.log, theirs.log, 'what ran at last')
    for (const [theirs, ours] of pairs) for (const { paced } of [theirs, ours]) paced.cancel()
    host.advance(1)
  } catch (error) {
    throw new Error(`seed ${seed}: ${error.message}\n${JSON.stringify(story)}`, { cause: error })
  } finally {
    host.remove()
  }
}

const SEQUENCES = Number(process.env.WHIPPET_SEQUENCES ?? 1500)

test('one function, whatever it does', () => {
  for (let seed = 1; seed <= SEQUENCES; seed++) {
    play(seed, { count: 1, jumps: false, plans: ['', '', '', 'throw', 'call', 'cancel', 'flush'] })
  }
})

// Without what leaves a timer behind: when that fires, what waits is looked at by the wall clock, and after a jump
// may be found due before a timer of its own would have fired.
test('one function on a clock that jumps once', () => {
  for (let seed = 1; seed <= SEQUENCES; seed++) {
    play(seed, { count: 1, jumps: true, plans: ['', '', '', 'throw', 'call'] })
  }
})

test('several functions that share our one timer, and have theirs in lodash', () => {
  for (let seed = 1; seed <= SEQUENCES; seed++) {
    play(seed, { count: 3, jumps: false, plans: ['', '', 'call', 'cancel', 'flush'] })
  }
})

for (const kind of ['debounce', 'throttle']) {
  test(`${kind} refuses what lodash refuses`, () => {
    for (const fn of [undefined, null, 'text', 5, {}]) {
      assert.throws(() => lodash[kind](fn), TypeError)
      assert.throws(() => whippet[kind](fn), { name: 'TypeError', message: /^Expected a function/ })
    }
  })
}
