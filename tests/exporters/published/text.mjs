// Writes two texts of one exporter, some time apart, from a description of its metrics.

/** A source of numbers that is the same at every run. */
export function numbers(seed) {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state + 0.5) / 2 ** 32
  }
}

/** `count` times around `median`, skewed to the long side as response times are. */
export function times(count, median, random) {
  return Array.from({ length: count }, () => {
    const normal = Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random())
    return median * Math.exp(0.5 * normal)
  })
}

const quoted = (value) => `"${String(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`

/** The metrics of one exporter. Values come in pairs: in the first text, and what was added until the second. */
export class Text {
  /** @param {{ common?: Record<string, string>, float?: (value: number) => string, comma?: boolean }} style
   * `common`: labels on each series. `float`: how the exporter writes numbers. */
  constructor(by, style = {}) {
    this.head = `# published format of ${by}`
    this.style = style
    this.families = []
    this.random = numbers(7)
  }

  #family(name, type, help, rows) {
    this.families.push({ name, type, help, rows })
    return this
  }

  /** Rows: `[labels, before, between]`. `name` as it is printed; its type line has it without `_total` where `bare` is set. */
  counter(name, help, rows) {
    return this.#family(
      name,
      'counter',
      help,
      rows.map(([labels, before, between]) => ['', labels, before, before + between]),
    )
  }

  /** Rows: `[labels, first, second]`. */
  gauge(name, help, rows, type = 'gauge') {
    return this.#family(
      name,
      type,
      help,
      rows.map(([labels, first, second]) => ['', labels, first, second ?? first]),
    )
  }

  /** Rows: `[labels, before, between, median]`: how many observations, and around what. */
  histogram(name, help, bounds, rows) {
    const all = rows.flatMap(([labels, before, between, median]) => {
      const [first, second] = this.#observed(before, between, median)
      const below = (list, bound) => list.filter((value) => value <= bound).length
      const buckets = [...bounds, Infinity].map((bound) => [
        '_bucket',
        { ...labels, le: bound === Infinity ? '+Inf' : this.#float(bound) },
        below(first, bound),
        below(second, bound),
      ])
      return [...buckets, ...this.#sums(labels, first, second)]
    })
    return this.#family(name, 'histogram', help, all)
  }

  /** Rows as of a histogram; with `quantiles`, those of all observations. */
  summary(name, help, rows, quantiles = []) {
    const all = rows.flatMap(([labels, before, between, median]) => {
      const [first, second] = this.#observed(before, between, median)
      const at = (list, q) => list.toSorted((a, b) => a - b)[Math.ceil(q * list.length) - 1] ?? NaN
      const lines = quantiles.map((q) => ['', { ...labels, quantile: String(q) }, at(first, q), at(second, q)])
      return [...lines, ...this.#sums(labels, first, second)]
    })
    return this.#family(name, 'summary', help, all)
  }

  #observed(before, between, median) {
    const first = times(before, median, this.random)
    return [first, [...first, ...times(between, median, this.random)]]
  }

  #sums(labels, first, second) {
    const sum = (list) => Number(list.reduce((total, value) => total + value, 0).toFixed(9))
    return [
      ['_sum', labels, sum(first), sum(second)],
      ['_count', labels, first.length, second.length],
    ]
  }

  #float(value) {
    if (Number.isNaN(value)) return 'NaN'
    return this.style.float ? this.style.float(value) : String(value)
  }

  /** The first text (0), or the second (1). */
  print(which) {
    const lines = [this.head]
    for (const { name, type, help, rows } of this.families) {
      if (help !== null) lines.push(`# HELP ${name} ${help}`)
      if (type) lines.push(`# TYPE ${name} ${type}`)
      for (const [suffix, labels, ...values] of rows) {
        const all = Object.entries({ ...this.style.common, ...labels }).map(([key, value]) => `${key}=${quoted(value)}`)
        const braces = all.length ? `{${all.join(',')}${this.style.comma ? ',' : ''}}` : ''
        lines.push(`${name}${suffix}${braces} ${this.#float(values[which])}`)
      }
    }
    return `${lines.join('\n')}\n`
  }
}

/** Java prints every number as a double. */
export const java = (value) =>
  Number.isInteger(value) && Math.abs(value) < 1e7
    ? value.toFixed(1)
    : value
        .toString()
        .replace(/e\+?/, 'E')
        .replace(/^(\d{8,})$/, (digits) => `${digits[0]}.${digits.slice(1).replace(/0+$/, '') || '0'}E${digits.length - 1}`)

/** The shop's traffic, as record.mjs sends it: method, path, route, status, before, between, median in seconds. */
export const SHOP = [
  ['GET', '/items/{id}', 200, 12, 60, 0.012],
  ['POST', '/items', 201, 2, 10, 0.004],
  ['GET', '/items/{id}', 404, 2, 8, 0.002],
  ['GET', '/invalid', 400, 1, 4, 0.001],
  ['GET', '/slow', 200, 2, 6, 0.31],
  ['GET', '/fail', 500, 1, 5, 0.003],
  ['GET', '', 404, 1, 3, 0.001],
]
