/**
 * `object` with `members` as its own. To assign them would call what the page put on `Object.prototype`, or fail where
 * that is frozen.
 */
export function define<T extends object, M extends object>(object: T, members: M): T & M {
  for (const [key, value] of Object.entries(members)) {
    const descriptor = { value, writable: true, enumerable: true, configurable: true }
    // A descriptor's own prototype counts, too.
    Object.defineProperty(object, key, Object.setPrototypeOf(descriptor, null))
  }
  return object as T & M
}
