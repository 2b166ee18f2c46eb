// Formats reports as text that is the same for both libraries.

/** Writes the objects that a script made (entries, nodes) by their names, and all other objects member by member. */
export class Formatter {
  #names = new WeakMap()
  #numbers = new WeakMap()

  /** Names an object that a script made. */
  name(object, name) {
    this.#names.set(object, name)
    return object
  }

  /** The number of an object among those that `callback` got, in the order of their first report. */
  number(object, callback) {
    if (!this.#numbers.has(callback)) this.#numbers.set(callback, new Map())
    const numbers = this.#numbers.get(callback)
    if (!numbers.has(object)) numbers.set(object, numbers.size + 1)
    return numbers.get(object)
  }

  value(value) {
    if (Object.is(value, -0)) return '-0'
    if (typeof value === 'string') return JSON.stringify(value)
    if (value === null || typeof value !== 'object') return String(value)
    const name = this.#names.get(value)
    if (name) return name
    if (Array.isArray(value)) return `[${value.map((item) => this.value(item)).join(' ')}]`
    return `{${Object.keys(value)
      .sort()
      .map((key) => `${key}: ${this.value(value[key])}`)
      .join(', ')}}`
  }

  /** Formats a report to `callback`. Ids are random, so only their form and number are written. */
  report(metric, callback) {
    const { id, ...fields } = metric
    const form = /^v6-\d{13}-\d{13}$/.test(id) ? 'id' : id
    return `metric ${this.number(metric, callback)} ${form} ${this.number(id, callback)} ${this.value(fields)}`
  }
}
