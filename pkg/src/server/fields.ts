// Reading and writing the header fields that matter here.

/** The fields of a response: `Headers`, or what Node's response has. */
export interface Fields {
  get(name: string): string | null
  set(name: string, value: string): void
  delete(name: string): void
}

/**
 * The members of a list. A comma within quotes separates none (RFC 9110, 5.6.1). Where a quote is not closed each comma does, so that it
 * hides no `no-store` after it.
 */
function listed(list: string | null | undefined): string[] {
  const text = list ?? ''
  const pattern = text.split('"').length % 2 ? /(?:"[^"]*"|[^,"])+/g : /[^,]+/g
  return (text.match(pattern) ?? []).map((member) => member.trim()).filter(Boolean)
}

/** The members of a list, in lower case. */
export function members(list: string | null | undefined): string[] {
  return listed(list).map((member) => member.toLowerCase())
}

/** Whether `Accept-Encoding` names `coding`, with a weight that is not 0. */
export function accepts(list: string | null | undefined, coding: string): boolean {
  return members(list).some((member) => {
    const [name, ...parameters] = member.split(';').map((part) => part.trim())
    return name === coding && !parameters.some((part) => /^q=0(\.0*)?$/.test(part))
  })
}

/** A SHA-256 as a byte sequence of a structured field (RFC 9651), `:…:`; its base64, or `undefined`. */
export function digestIn(field: string | null | undefined): string | undefined {
  return /^:([\w+/]{43}=):(;.*)?$/.exec(field?.trim() ?? '')?.[1]
}

/** Whether a directive of `Cache-Control` is given. */
export function has(control: string[], directive: string): boolean {
  return control.some((given) => given.split('=')[0]!.trim() === directive)
}

/** Whether a directive is given for the whole response: `no-cache="set-cookie"` is about that field alone (RFC 9111, 5.2.2.4). */
export function hasWhole(control: string[], directive: string): boolean {
  return control.includes(directive)
}

/** Seconds of a directive such as `max-age`. */
export function seconds(control: string[], directive: string): number | undefined {
  const given = control.find((given) => given.split('=')[0]!.trim() === directive)?.split('=')[1]
  return given === undefined ? undefined : Number(given.replaceAll('"', ''))
}

/** Adds `names` to `Vary`, unless they are there. */
export function vary(fields: Fields, names: string[]): void {
  const given = fields.get('vary')
  const there = members(given)
  if (there.includes('*')) return
  const added = names.filter((name) => !there.includes(name))
  if (added.length > 0) fields.set('vary', [...(given ? [given] : []), ...added].join(', '))
}

/** Whether `If-None-Match` names `tag`, compared weakly (RFC 9110, 13.1.2). */
export function noneMatch(field: string | null | undefined, tag: string): boolean {
  const opaque = (tag: string) => tag.trim().replace(/^W\//, '')
  return listed(field).some((given) => given === '*' || opaque(given) === opaque(tag))
}

/** Whether a body of this type is text, and so worth comparing. Events are a stream. */
export function isText(type: string | null): boolean {
  const kind = (type ?? '').split(';')[0]!.trim().toLowerCase()
  return (
    kind !== 'text/event-stream' &&
    /^text\/|^application\/(json|xml|javascript|x-ndjson|wasm|graphql-response|manifest)$|^[^/]+\/(.+\+)?(json|xml)$/.test(kind)
  )
}
