/** Whether two values are equal as JSON, with members in the same order. Values that are too deep to compare are not. */
export function equal(a: unknown, b: unknown): boolean {
  try {
    return same(a, b)
  } catch {
    return false
  }
}

function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false
    for (let i = 0; i < a.length; i++) {
      if (!same(a[i], b[i])) return false
    }
    return true
  }
  // A `Date`, or any object of a class, did not come from `JSON.parse`.
  if (Array.isArray(b) || Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false
  const names = Object.keys(a)
  const others = Object.keys(b)
  if (names.length !== others.length) return false
  return names.every((name, i) => name === others[i] && same(a[name as never], b[name as never]))
}
