// Reports as text that is the same for both libraries.

/** Entries, nodes and whatever else a script made are written by the names it gave them, the rest field by field. */
export class Show {
  #names = new WeakMap()
  #numbers = new WeakMap()

  /** What a script made. */
  name(object, name) {
    this.#names.set(object, name)
    return object
  }

  /** The number of an object among those of `whose`, from when it was first seen there. */
  number(object, whose) {
    if (!this.#numbers.has(whose)) this.#numbers.set(whose, new Map())
    const numbers = this.#numbers.get(whose)
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
    return `{${Object.keys(value).sort().map((key) => `${key}: ${this.value(value[key])}`).join(', ')}}`
  }

  /** A report to `whose` callback; ids are chance, so that of each only its form and its number are told. */
  report(metric, whose) {
    const { id, ...fields } = metric
    const form = /^v6-\d{13}-\d{13}$/.test(id) ? 'id' : id
    return `metric ${this.number(metric, whose)} ${form} ${this.number(id, whose)} ${this.value(fields)}`
  }
}
