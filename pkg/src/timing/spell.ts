// Arguments as a text that is equal where they are equal.

/** Further down is nothing that anybody would want to spell; a value within itself never ends. */
const MAX_DEPTH = 500

/**
 * Spells arguments by value: plain objects whatever the order of their keys, arrays, dates, and what says of
 * itself what it is in JSON (`toJSON`). Unlike JSON it tells `undefined` from `null`, `NaN` from either, and
 * refuses what it cannot tell apart.
 */
export function spell(args: unknown[]): string {
  return list(args, 0)
}

function list(values: unknown[], depth: number): string {
  let text = ''
  for (const value of values) text += one(value, depth) + ','
  return text
}

function one(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'bigint':
      return `${value}n`
    case 'function':
    case 'symbol':
      throw indistinct(`a ${typeof value}`)
    case 'object':
      return value === null ? 'null' : object(value, depth + 1)
    default:
      return String(value)
  }
}

function object(value: object, depth: number): string {
  if (depth > MAX_DEPTH) throw indistinct(`a value that is within itself, or ${MAX_DEPTH} levels deep,`)
  const { toJSON } = value as { toJSON?: unknown }
  const prototype = Object.getPrototypeOf(value)
  if (typeof toJSON === 'function') return `#${numberOf(prototype)}(${one(toJSON.call(value), depth)})`
  const keys = Object.keys(value)
  for (const symbol of Object.getOwnPropertySymbols(value)) {
    if (Object.prototype.propertyIsEnumerable.call(value, symbol)) throw indistinct('an object with a symbol')
  }
  if (Array.isArray(value)) {
    // The prototype of arrays is one, in any realm; that of a class is none.
    if (!Array.isArray(prototype)) throw foreign(prototype)
    // Places that are empty are no keys; and there may be more than elements, as what `match` found has, which come last.
    const isFull = keys.length === value.length && keys.at(-1) === String(keys.length - 1)
    return `[${list(value, depth)}]` + (isFull ? '' : members(value, keys, depth))
  }
  // That of plain objects has this method, in any realm.
  if (prototype && !Object.prototype.hasOwnProperty.call(prototype, 'isPrototypeOf')) throw foreign(prototype)
  return members(value, keys, depth)
}

function members(value: object, keys: string[], depth: number): string {
  let text = '{'
  for (const key of keys.sort()) {
    text += JSON.stringify(key) + ':' + one((value as Record<string, unknown>)[key], depth) + ','
  }
  return text + '}'
}

const numbers = new WeakMap<object, number>()
let count = 0

/** Two classes may have one name: minifiers see to that. */
function numberOf(prototype: object | null): number {
  if (!prototype) return 0
  let number = numbers.get(prototype)
  if (!number) numbers.set(prototype, (number = ++count))
  return number
}

function foreign(prototype: { constructor?: { name?: string } }): TypeError {
  return indistinct(`a ${prototype.constructor?.name}`)
}

function indistinct(what: string): TypeError {
  return new TypeError(`memoize cannot tell ${what} from another by its value: give it a \`key\` that does`)
}
