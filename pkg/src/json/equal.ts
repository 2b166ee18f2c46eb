/** Whether two values are equal as JSON. Too deep to tell counts as not. */
export function equal(a: unknown, b: unknown): boolean {
  try {
    return same(a, b)
  } catch {
    return false
  }
}

function same(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false
    return a.every((item, i) => same(item, b[i]))
  }
  if (Array.isArray(b)) return false
  // A value that was not parsed, as a date, is nothing that bytes could describe.
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every((key) => Object.hasOwn(b, key) && same(a[key as never], b[key as never]))
}
