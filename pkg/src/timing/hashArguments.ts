// Hashes arguments: equal arguments have equal hashes.

/** A value that contains itself would never end, and no key is this deep. */
const MAX_DEPTH = 500

/**
 * Serialises arguments by value: plain objects regardless of the order of their keys, arrays, and objects with `toJSON`,
 * such as dates. Unlike JSON it distinguishes `undefined`, `null` and `NaN`, and throws for values that it cannot
 * distinguish.
 */
export function hashArguments(args: unknown[]): string {
  return hashList(args, 0)
}

function hashList(values: unknown[], depth: number): string {
  let text = ''
  for (const value of values) text += hashValue(value, depth) + ','
  return text
}

function hashValue(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'bigint':
      return `${value}n`
    case 'function':
    case 'symbol':
      throw unhashable(`a ${typeof value}`)
    case 'object':
      return value === null ? 'null' : hashObject(value, depth + 1)
    default:
      return String(value)
  }
}

function hashObject(value: object, depth: number): string {
  if (depth > MAX_DEPTH) throw unhashable(`a value that contains itself, or is ${MAX_DEPTH} levels deep,`)
  const { toJSON } = value as { toJSON?: unknown }
  const prototype = Object.getPrototypeOf(value)
  if (typeof toJSON === 'function') return `#${classId(prototype)}(${hashValue(toJSON.call(value), depth)})`
  const keys = Object.keys(value)
  for (const symbol of Object.getOwnPropertySymbols(value)) {
    if (Object.prototype.propertyIsEnumerable.call(value, symbol)) throw unhashable('an object with a symbol')
  }
  if (Array.isArray(value)) {
    // The prototype of arrays is an array, in any realm; that of a subclass is not.
    if (!Array.isArray(prototype)) throw unhashableClass(prototype)
    // Holes are not among the keys. Other properties, such as the `index` of a match, come after the elements.
    const isPlain = keys.length === value.length && keys.at(-1) === String(keys.length - 1)
    return `[${hashList(value, depth)}]` + (isPlain ? '' : hashMembers(value, keys, depth))
  }
  // Only the prototype of plain objects has this method as its own, in any realm.
  if (prototype && !Object.prototype.hasOwnProperty.call(prototype, 'isPrototypeOf')) throw unhashableClass(prototype)
  return hashMembers(value, keys, depth)
}

function hashMembers(value: object, keys: string[], depth: number): string {
  let text = '{'
  for (const key of keys.sort()) {
    text += JSON.stringify(key) + ':' + hashValue((value as Record<string, unknown>)[key], depth) + ','
  }
  return text + '}'
}

const classIds = new WeakMap<object, number>()
let lastClassId = 0

/** The name would not do: minifiers give one name to several classes. */
function classId(prototype: object | null): number {
  if (!prototype) return 0
  let id = classIds.get(prototype)
  if (!id) classIds.set(prototype, (id = ++lastClassId))
  return id
}

function unhashableClass(prototype: { constructor?: { name?: string } }): TypeError {
  return unhashable(`a ${prototype.constructor?.name}`)
}

function unhashable(what: string): TypeError {
  return new TypeError(`memoize cannot distinguish ${what} by value: pass a \`key\` function that does`)
}
