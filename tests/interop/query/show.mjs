// Values as text that is the same for both libraries.

/** Writes the fields that both libraries have, and numbers objects in the order of their appearance. */
export class Show {
  #numbers = new WeakMap()
  #count = 0

  /** `value` as text. Data objects have their number: equal numbers mean identical objects. */
  data(value, depth = 0) {
    if (value === null || typeof value !== 'object') return this.plain(value)
    if (value instanceof Error) return this.error(value)
    if (depth > 6) return '…'
    let number = this.#numbers.get(value)
    if (!number) this.#numbers.set(value, (number = ++this.#count))
    if (Array.isArray(value)) return `#${number}[${value.map((item) => this.data(item, depth + 1)).join(' ')}]`
    const names = Object.keys(value)
    return `#${number}{${names.map((name) => `${name}:${this.data(value[name], depth + 1)}`).join(' ')}}`
  }

  /** The number of an object. */
  identity(value) {
    return this.data(value).match(/^#\d+/)?.[0] ?? String(value)
  }

  plain(value) {
    if (typeof value === 'string') return JSON.stringify(value)
    if (typeof value === 'function') return 'fn'
    if (typeof value === 'bigint') return `${value}n`
    return String(value)
  }

  error(error) {
    if (!(error instanceof Error)) return this.data(error)
    const { revert, silent } = error
    const name = error.constructor.name.replace(/^_/, '')
    return `${name}(${error.message}${revert !== undefined ? ` revert=${revert}` : ''}${silent !== undefined ? ` silent=${silent}` : ''})`
  }

  /** All fields of an object, sorted, without functions. */
  fields(object) {
    return Object.keys(object)
      .filter((name) => typeof object[name] !== 'function')
      .sort()
      .map((name) => `${name}=${this.data(object[name])}`)
      .join(' ')
  }
}
