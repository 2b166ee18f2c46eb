/**
 * `object` with `members` as its own. To assign them would call what the page put on `Object.prototype`, or fail where
 * that is frozen.
 */
export function define<T extends object, M extends object>(object: T, members: M): T & M {
  for (const [key, value] of Object.entries(members)) {
    // A descriptor's own prototype counts, too.
    const bare = { __proto__: null, value, writable: true, enumerable: true, configurable: true }
    Object.defineProperty(object, key, bare as PropertyDescriptor)
  }
  return object as T & M
}
