// Describes a thrown value of any kind. crates/engine/src/beacon/describe_error.rs has the same rules.
import { MEMBERS } from '../boundary/rum.js'
import { selector } from './attribution/selector.js'
import { attempt } from './lib/guard.js'

type Members = Record<string, unknown>

/** `String(thrown)` where that describes it: of errors, also of other realms, of strings, numbers and `undefined`. */
function toText(thrown: unknown): string | undefined {
  if (isListOrFunction(thrown)) return undefined
  const text = attempt(() => String(thrown))
  return text && !/^\[object /.test(text) ? text : undefined
}

/** Whether `String(value)` would be its items or its source text, which must not be reported. */
export const isListOrFunction = (value: unknown): boolean => isList(value) || typeof value === 'function'

/** The text of `thrown`, or type and target of an event, or the member names of any other object. */
export const describeThrown = (thrown: unknown): string =>
  toText(thrown) ?? attempt(() => describeEvent(thrown as Event & Members)) ?? describeObject(thrown as Members) ?? 'unknown'

/** `ProgressEvent error of XMLHttpRequest`, or `Event error of html>body>img`. */
function describeEvent(event: Event & Members): string | undefined {
  const { type, target } = event
  if (typeof type !== 'string' || typeof event.preventDefault !== 'function') return undefined
  const at = target && ('nodeType' in target ? selector(target as Node) : constructorName(target))
  return `${constructorName(event)} ${type}${at ? ` of ${at}` : ''}`
}

/** `name: message (code) {members}`. The values of the other members are not read. */
function describeObject(object: Members): string | undefined {
  const read = (name: string) => attempt(() => object[name])
  const stringOf = (value: unknown) => (typeof value === 'string' ? value : '')
  const code = read('code')
  const message = stringOf(read('message'))
  let text = stringOf(read('name')) || constructorName(object)
  if (message) text += `: ${message}`
  if (typeof code === 'number' || (code && typeof code === 'string')) text += ` (${code})`
  const names = isList(object) ? [] : (attempt(() => Object.keys(object)) ?? [])
  const others = names.filter((name) => !/^(?:name|message|code|stack|toString)$/.test(name)).sort()
  // `Object` would say nothing where even `String(object)` throws.
  if (text === 'Object' && !others.length && attempt(() => String(object)) === undefined) return undefined
  return others.length ? `${text} {${others.slice(0, MEMBERS).join(', ')}}` : text
}

/** An array or a typed array. A value that throws when it is examined counts as one. */
const isList = (value: unknown) => attempt(() => Array.isArray(value) || ArrayBuffer.isView(value)) ?? true

function constructorName(value: unknown): string {
  const name = attempt(() => (value as object).constructor.name)
  return typeof name === 'string' && name ? name : 'Object'
}
