// What a thrown value says of itself, whatever it is: crates/web/src/rum/thrown.rs says the same.
import { selector } from './attribution/selector.js'
import { attempt } from './guard.js'
import { MEMBERS } from '../boundary/rum.js'

type Members = Record<string, unknown>

/** Its own text, where it has one: errors, also of other realms, strings, numbers, nothing. */
function ownText(thrown: unknown): string | undefined {
  if (hasContents(thrown)) return undefined
  const text = attempt(() => String(thrown))
  return text && !/^\[object /.test(text) ? text : undefined
}

/** Whether its text would be what is in it: a list's items, a function's source. */
export const hasContents = (thrown: unknown): boolean => isList(thrown) || typeof thrown === 'function'

/** Its own text, or what it is: an event by its type and target, any other object by the names of its members. */
export const textOf = (thrown: unknown): string =>
  ownText(thrown) ?? attempt(() => eventText(thrown as Event & Members)) ?? objectText(thrown as Members) ?? 'unknown'

/** `ProgressEvent error of XMLHttpRequest`, or of `html>body>img`. */
function eventText(event: Event & Members): string | undefined {
  const { type, target } = event
  if (typeof type !== 'string' || typeof event.preventDefault !== 'function') return undefined
  const at = target && ('nodeType' in target ? selector(target as Node) : kindOf(target))
  return `${kindOf(event)} ${type}${at ? ` of ${at}` : ''}`
}

/** `name: message (code) {members}`. What members hold is not told. */
function objectText(object: Members): string | undefined {
  const read = (name: string) => attempt(() => object[name])
  const text = (value: unknown) => (typeof value === 'string' ? value : '')
  const code = read('code')
  const message = text(read('message'))
  let said = text(read('name')) || kindOf(object)
  if (message) said += `: ${message}`
  if (typeof code === 'number' || (code && typeof code === 'string')) said += ` (${code})`
  const names = isList(object) ? [] : (attempt(() => Object.keys(object)) ?? [])
  const others = names.filter((name) => !/^(?:name|message|code|stack|toString)$/.test(name)).sort()
  // Not even its text can be had.
  if (said === 'Object' && !others.length && attempt(() => String(object)) === undefined) return undefined
  return others.length ? `${said} {${others.slice(0, MEMBERS).join(', ')}}` : said
}

/** What has items, as many as there may be. */
const isList = (value: unknown) => attempt(() => Array.isArray(value) || ArrayBuffer.isView(value)) ?? true

function kindOf(value: unknown): string {
  const name = attempt(() => (value as object).constructor.name)
  return typeof name === 'string' && name ? name : 'Object'
}
