// Hashes arguments: equal arguments have equal hashes.

/** A value that contains itself would never end, and no key is this deep. */
const MAX_DEPTH = 500

/**
 * Serialises arguments by value: plain objects regardless of the order of their keys, arrays, and objects with `toJSON`,
 * such as dates. Unlike JSON it distinguishes `undefined`, `null` and `NaN`, and throws for values that it cannot
 * distinguish.
 */
export function hashArguments(args: ArrayLike<unknown>, depth = 0): string {
  // Holes become `undefined`, as in a call.
  return Array.from(args, (value) => hashValue(value, depth) + ',').join('')
}

function hashValue(value: unknown, depth: number): string {
  const type = typeof value
  if (type === 'string') return JSON.stringify(value)
  if (type === 'bigint') return `${value}n`
  if (type === 'function' || type === 'symbol') throw unhashable(`a ${type}`)
  return type === 'object' && value ? hashObject(value, depth + 1) : String(value)
}

function hashObject(value: object, depth: number): string {
  if (depth > MAX_DEPTH) throw unhashable(`more than ${MAX_DEPTH} levels`)
  const { toJSON } = value as { toJSON?: unknown }
  const prototype = Object.getPrototypeOf(value)
  if (typeof toJSON === 'function') return `#${classId(prototype)}(${hashValue(toJSON.call(value), depth)})`
  const keys = Object.keys(value)
  const isArray = Array.isArray(value)
  for (const symbol of Object.getOwnPropertySymbols(value)) {
    if ({}.propertyIsEnumerable.call(value, symbol)) throw unhashable('an object with a symbol')
  }
  // In any realm, the prototype of arrays is an array, and only that of plain objects has this method as its own; those of
  // subclasses do not.
  if (isArray ? !Array.isArray(prototype) : prototype && !{}.hasOwnProperty.call(prototype, 'isPrototypeOf')) {
    throw unhashable(`a ${prototype.constructor?.name}`)
  }
  const list = isArray ? `[${hashArguments(value, depth)}]` : ''
  // Holes are not among the keys. Other properties, such as the `index` of a match, come after the elements.
  if (isArray && keys.length === value.length && keys.at(-1) === String(keys.length - 1)) return list
  const members = keys.sort().map((key) => JSON.stringify(key) + ':' + hashValue((value as Record<string, unknown>)[key], depth))
  return `${list}{${members}}`
}

const classIds = /* @__PURE__ */ new WeakMap<object, number>()
let lastClassId = 0

/** The name would not do: minifiers give one name to several classes. */
function classId(prototype: object | null): number {
  if (!prototype) return 0
  let id = classIds.get(prototype)
  if (!id) classIds.set(prototype, (id = ++lastClassId))
  return id
}

function unhashable(what: string): TypeError {
  return new TypeError(`memoize needs a \`key\` function to distinguish ${what}`)
}
