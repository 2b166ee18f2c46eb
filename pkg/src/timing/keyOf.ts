type Key = (...args: any[]) => unknown

/** The key functions of batched functions. */
const keys = /* @__PURE__ */ new WeakMap<object, Key>()

export function setKey(fn: object, key: Key): void {
  keys.set(fn, key)
}

/** The key function of a batched function; `undefined` if `fn` is not one. */
export function keyOf(fn: object): Key | undefined {
  return keys.get(fn)
}
