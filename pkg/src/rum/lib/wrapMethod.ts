// Replaces a browser's function by a proxy. To the page it looks unchanged: a proxy keeps name, length and members, and
// its source text says `[native code]`.
import { attempt } from './guard.js'
import { onEnd } from './scope.js'

type Method = (...args: any[]) => any
type Interceptor = (original: Method, self: any, args: any[]) => unknown

/**
 * Calls `intercept` instead of `object[name]`, with the original function, `this` and the arguments, until the scope ends.
 * The proxy replaces the property on the prototype that defines it: on `object` itself it would hide what the page defines
 * there later.
 */
export function wrapMethod(object: object, name: string, intercept: Interceptor): void {
  attempt(() => {
    let owner = object as Record<string, Method>
    while (!Object.getOwnPropertyDescriptor(owner, name)) owner = Object.getPrototypeOf(owner)
    const original = owner[name]!
    // Without a prototype: a member that the page adds to `Object.prototype` must not become a trap.
    const handler: ProxyHandler<Method> & { __proto__: null } = {
      __proto__: null,
      apply: (_, self, args) => intercept(original, self, args),
    }
    const wrapper = new Proxy(original, handler)
    owner[name] = wrapper
    onEnd(() => {
      // Other code may have wrapped it again. Then the proxy stays, and only calls the original.
      delete handler.apply
      if (owner[name] === wrapper) owner[name] = original
    })
  })
}
