// Plays a script on one library, and writes down every report after each step.
import { skips } from './differences.mjs'
import { Page } from './page.mjs'
import { Show } from './show.mjs'
import { common, STEPS } from './steps.mjs'

/** What `script` brings about on `library`: after each step, what each callback was told. */
export async function play(library, script, favours = {}) {
  const [[, browser], ...steps] = script
  const world = new World(library, browser, favours)
  const seen = []
  for (const step of steps) {
    if (!skips(step, world)) await world.does(step)
    seen.push(world.look())
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
  #show = new Show()

  constructor(library, browser, favours) {
    this.page = new Page(browser)
    this.favours = favours
    this.library = browser.library
    this.functions = library[browser.library](this.page.window)
    const { page } = this
    for (const [name, node] of page.nodes) this.#show.name(node, `<${name}>`)
    if (page.navigation) this.#show.name(page.navigation, 'navigation')
  }

  /** Makes a step happen, and all that it promised come true. */
  async does([op, ...args]) {
    await STEPS[op](this, ...args)
    await this.page.tasks.settle()
  }

  /** What was seen since last time, by whom. */
  look() {
    for (const error of this.page.errors.splice(0)) this.#log('errors', error.message)
    const seen = this.#seen
    this.#seen = new Map()
    return seen
  }

  #log(whose, text) {
    if (!this.#seen.has(whose)) this.#seen.set(whose, [])
    this.#seen.get(whose).push(text)
  }

  past(back = 0) {
    return Math.max(0, this.page.tasks.now - back)
  }

  /** The page was busy until `time`: what is told of is over. */
  until(time) {
    const { tasks } = this.page
    if (time > tasks.now) tasks.now = time
  }

  /** Something a report may hold, by a name that is the same for both libraries. */
  make(type, fields) {
    const number = (this.#made.get(type) ?? 0) + 1
    this.#made.set(type, number)
    return this.#show.name(fields, `${type}#${number}`)
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
    const whose = {}
    const callback = (metric) => {
      this.#log(`${number} ${name}`, this.#show.report(metric, whose))
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
