// JSON that no `toJSON` on a page's prototypes has a say in: Prototype's, on arrays, makes a text of each list.

/** `value` as JSON; `undefined` where JSON has none. Of objects the own members, of a date its text. */
export function json(value: unknown): string | undefined {
  // Of what is no object, and of `null`, no prototype is asked.
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (value instanceof Date) return isNaN(+value) ? 'null' : JSON.stringify(value.toISOString())
  const parts: string[] = []
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) parts.push(json(value[at]) ?? 'null')
    return `[${parts.join()}]`
  }
  for (const name in value) {
    if (!Object.prototype.hasOwnProperty.call(value, name)) continue
    const text = json((value as Record<string, unknown>)[name])
    if (text !== undefined) parts.push(`${JSON.stringify(name)}:${text}`)
  }
  return `{${parts.join()}}`
}
