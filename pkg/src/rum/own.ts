/** A copy of `value`'s own members, without a prototype: what a page put on `Object.prototype` is none of them. */
export const own = <T extends object>(value: T | null | undefined): T => Object.assign(Object.create(null), value) as T
