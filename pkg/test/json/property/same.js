// Whether a value is exactly what JSON.parse gives: by `Object.is`, with the same names in the same order, plain.
// No recursion, since documents may be deep.

/**
 * Where `value` and `expected` differ, as a path; `undefined` where they do not. `loose`: names may be in another order,
 * and -0 is 0, as structural sharing sees it.
 */
export function difference(value, expected, loose = false) {
  const left = [[value, expected, undefined]]
  while (left.length > 0) {
    const pair = left.pop()
    const [a, b] = pair
    if (b === null || typeof b !== 'object') {
      if (!Object.is(a, b) && !(loose && a === b)) return pathOf(pair)
      continue
    }
    if (a === null || typeof a !== 'object') return pathOf(pair)
    if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b) || Array.isArray(a) !== Array.isArray(b)) return pathOf(pair)
    // Of an array: its indices and `length`, so that a hole is seen.
    const names = Reflect.ownKeys(b)
    const own = Reflect.ownKeys(a)
    if (loose) [names, own].forEach((names) => names.sort())
    if (own.length !== names.length || names.some((name, i) => name !== own[i])) return pathOf(pair)
    for (const name of names) {
      const property = Object.getOwnPropertyDescriptor(a, name)
      if (!('value' in property) || (name !== 'length' && !property.enumerable)) return pathOf([, , [pair, name]])
      left.push([property.value, Object.getOwnPropertyDescriptor(b, name).value, [pair, name]])
    }
  }
  return undefined
}

function pathOf(pair) {
  const names = []
  for (let up = pair[2]; up; up = up[0][2]) names.unshift(String(up[1]))
  return `$${names
    .slice(0, 20)
    .map((name) => `[${JSON.stringify(name)}]`)
    .join('')}`
}

/** Makes a write to any part of it throw. */
export function deepFreeze(value) {
  const left = [value]
  while (left.length > 0) {
    const one = left.pop()
    if (one === null || typeof one !== 'object' || Object.isFrozen(one)) continue
    Object.freeze(one)
    for (const name of Object.keys(one)) left.push(Object.getOwnPropertyDescriptor(one, name).value)
  }
  return value
}
