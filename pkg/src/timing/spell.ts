// Arguments as a text that is equal where they are equal.

/**
 * Spells arguments by value: plain objects whatever the order of their keys, arrays, dates, and what says of
 * itself what it is in JSON (`toJSON`). Unlike JSON it tells `undefined` from `null`, `NaN` from either, and
 * refuses what it cannot tell apart.
 */
export function spell(args: unknown[]): string {
  let text = ''
  for (const value of args) text += one(value) + ','
  return text
}

function one(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'bigint':
      return `${value}n`
    case 'function':
    case 'symbol':
      throw indistinct(`a ${typeof value}`)
    case 'object':
      return value === null ? 'null' : object(value)
    default:
      return String(value)
  }
}

function object(value: object): string {
  if (Array.isArray(value)) return `[${spell(value)}]`
  const { toJSON } = value as { toJSON?: unknown }
  const prototype = Object.getPrototypeOf(value)
  if (typeof toJSON === 'function') return `${value.constructor?.name}(${one(toJSON.call(value))})`
  // Plain objects of other realms have a prototype with no prototype, too.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    throw indistinct(`a ${prototype.constructor?.name}`)
  }
  let text = '{'
  for (const name of Object.keys(value).sort()) {
    text += JSON.stringify(name) + ':' + one((value as Record<string, unknown>)[name]) + ','
  }
  return text + '}'
}

function indistinct(what: string): TypeError {
  return new TypeError(`memoize cannot tell ${what} from another by its value: give it a \`key\` that does`)
}
