// What the machines keep for a function: what to run, and when to forget it.

/** What runs when a deadline expires, by the id of the pacer or the timer. */
export const waiters = /* @__PURE__ */ new Map<number, () => void>()

interface Owned {
  id: number
  release: (id: number) => void
}

let registry: FinalizationRegistry<Owned> | undefined

/** Has `id` released when `owner` is garbage-collected. Returns `id`. */
export function own(owner: object, release: (id: number) => void, id: number): number {
  if (typeof FinalizationRegistry === 'function') {
    registry ??= new FinalizationRegistry(({ id, release }) => release(id))
    registry.register(owner, { id, release })
  }
  return id
}
