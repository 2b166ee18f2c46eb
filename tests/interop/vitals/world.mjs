// Plays a script on one library, and collects the reports after each step.
import { isSkipped } from './differences.mjs'
import { Page } from './page.mjs'
import { Formatter } from './format.mjs'
import { common, STEPS } from './steps.mjs'

/** Plays a script; returns the reports to each callback, by step. */
export async function play(library, script, adjustments = {}) {
  const [[, browser], ...steps] = script
  const world = new World(library, browser, adjustments)
  const seen = []
  for (const step of steps) {
    if (!isSkipped(step, world)) await world.perform(step)
    seen.push(world.takeReports())
  }
  return seen
}

export class World {
  /** When the last long animation frame ended. */
  framesUntil = 0
  /** When the last resource began. */
  resourcesSince = 0
  #seen = new Map()
  #callbacks = 0
  #made = new Map()
  #formatter = new Formatter()

  constructor(library, browser, adjustments) {
    this.page = new Page(browser)
    this.adjustments = adjustments
    this.library = browser.library
    this.functions = library[browser.library](this.page.window)
    const { page } = this
    for (const [name, node] of page.nodes) this.#formatter.name(node, `<${name}>`)
    if (page.navigation) this.#formatter.name(page.navigation, 'navigation')
  }

  /** Performs a step, and runs its microtasks. */
  async perform([op, ...args]) {
    await STEPS[op](this, ...args)
    await this.page.tasks.settle()
  }

  /** The reports since the last call, by callback. */
  takeReports() {
    for (const error of this.page.errors.splice(0)) this.#log('errors', error.message)
    const seen = this.#seen
    this.#seen = new Map()
    return seen
  }

  #log(callback, text) {
    if (!this.#seen.has(callback)) this.#seen.set(callback, [])
    this.#seen.get(callback).push(text)
  }

  past(back = 0) {
    return Math.max(0, this.page.tasks.now - back)
  }

  /** Advances the clock to `time`: entries are added after the end of what they describe. */
  until(time) {
    const { tasks } = this.page
    if (time > tasks.now) tasks.now = time
  }

  /** Names an object that may be part of a report, the same for both libraries. */
  make(type, fields) {
    const number = (this.#made.get(type) ?? 0) + 1
    this.#made.set(type, number)
    return this.#formatter.name(fields, `${type}#${number}`)
  }

  entry(type, fields) {
    const { page } = this
    const common_ = common(page, type)
    const all = Object.defineProperties(common_, Object.getOwnPropertyDescriptors(fields))
    return this.make(type, page.entry(type, all))
  }

  add(type, fields) {
    this.page.timeline.add(this.entry(type, fields))
  }

  async register(name, { generateTarget, throws, ...opts } = {}) {
    const number = ++this.#callbacks
    const numbering = {}
    const callback = (metric) => {
      this.#log(`${number} ${name}`, this.#formatter.report(metric, numbering))
      if (throws) throw new Error(`callback ${number}`)
    }
    if (generateTarget) opts.generateTarget = (node) => this.#target(generateTarget, node)
    await this.page.tasks.run(() => this.functions[`on${name}`](callback, opts))
  }

  #target(how, node) {
    if (how === 'throws') throw new Error('generateTarget')
    return { named: `the ${node.nodeName}`, empty: '', nothing: undefined, null: null }[how]
  }
}
