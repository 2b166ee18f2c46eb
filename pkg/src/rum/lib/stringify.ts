// JSON without `toJSON` from a page's prototypes: the one of the library Prototype turns every array into a string.

/** Like `JSON.stringify`, but calls no `toJSON`. Writes own members only; a date as its ISO string. */
export function stringify(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (value instanceof Date) return isNaN(+value) ? 'null' : JSON.stringify(value.toISOString())
  const items: string[] = []
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) items.push(stringify(value[at]) ?? 'null')
    return `[${items.join()}]`
  }
  for (const name in value) {
    if (!Object.prototype.hasOwnProperty.call(value, name)) continue
    const text = stringify((value as Record<string, unknown>)[name])
    if (text !== undefined) items.push(`${JSON.stringify(name)}:${text}`)
  }
  return `{${items.join()}}`
}
