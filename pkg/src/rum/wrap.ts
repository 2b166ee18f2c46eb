// Functions of the browser's that tell when they are called, and to the page are what they were: a proxy has their
// name, length and members, and says of itself that it is native.
import { attempt } from './guard.js'

type Method = (...args: any[]) => any
type Around = (original: Method, self: any, args: any[]) => unknown

/**
 * Has `around` called in the place of `object[name]`, with the browser's own function, `this` and the arguments. It
 * is put where the function is defined: on the object itself it would hide what the page puts there later.
 * Returns how to undo that.
 */
export function wrap(object: object, name: string, around: Around): (() => void) | undefined {
  return attempt(() => {
    let owner = object as Record<string, Method>
    while (!Object.getOwnPropertyDescriptor(owner, name)) owner = Object.getPrototypeOf(owner)
    const original = owner[name]!
    let active = true
    // Without a prototype: what the page put on `Object.prototype` must not become a trap.
    const handler = {
      __proto__: null,
      apply: (_: Method, self: unknown, args: unknown[]) =>
        active ? around(original, self, args) : Reflect.apply(original, self, args),
    }
    const wrapper = new Proxy(original, handler as ProxyHandler<Method>)
    owner[name] = wrapper
    return () => {
      active = false
      // Somebody may have wrapped it again; then it stays, and does nothing.
      if (owner[name] === wrapper) owner[name] = original
    }
  })
}
