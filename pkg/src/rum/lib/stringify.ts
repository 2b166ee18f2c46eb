// JSON without `toJSON` from a page's prototypes: the one of the library Prototype turns every array into a string.

/** Like `JSON.stringify`, but calls no `toJSON`. Writes own members only; a date as its ISO string. */
export function stringify(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (value instanceof Date) return isNaN(+value) ? 'null' : JSON.stringify(value.toISOString())
  // Spread, as `map` skips holes.
  if (Array.isArray(value)) return `[${[...(value as unknown[])].map((item) => stringify(item) ?? 'null').join()}]`
  const members: string[] = []
  for (const [name, member] of Object.entries(value)) {
    const text = stringify(member)
    if (text !== undefined) members.push(`${JSON.stringify(name)}:${text}`)
  }
  return `{${members.join()}}`
}
