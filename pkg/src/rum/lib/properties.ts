// Objects that are independent of what a page puts on `Object.prototype`.

/** Copies the own properties of `value` to an object without a prototype. */
export const copyOwn = <T extends object>(value: T | null | undefined): T => Object.assign(Object.create(null), value) as T

/**
 * Defines `members` as own properties of `object`. An assignment would call a setter on `Object.prototype`, and would
 * fail where that is frozen.
 */
export function defineOwn<T extends object, M extends object>(object: T, members: M): T & M {
  for (const [key, value] of Object.entries(members)) {
    // Without a prototype: `defineProperty` also reads inherited members of a descriptor.
    const descriptor = { __proto__: null, value, writable: true, enumerable: true, configurable: true }
    Object.defineProperty(object, key, descriptor as PropertyDescriptor)
  }
  return object as T & M
}
