/** Whether two values are equal as JSON, with members in the same order. Values that are too deep to compare are not. */
export function equal(a: unknown, b: unknown): boolean {
  try {
    return same(a, b)
  } catch {
    return false
  }
}

function same(a: any, b: any): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b) return false
  // A `Date`, or any object of a class, did not come from `JSON.parse`.
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false
  if (Array.isArray(a)) return a.length === b.length && a.every((item, i) => same(item, b[i]))
  const names = Object.keys(a)
  const others = Object.keys(b)
  return names.length === others.length && names.every((name, i) => name === others[i] && same(a[name], b[name]))
}
