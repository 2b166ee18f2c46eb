// What is started within a scope ends with it: listeners, observers, and callbacks that are still to come. So nothing that
// measures has to be passed on to whoever stops it.
import { attempt } from './guard.js'

export interface Scope {
  isEnded: boolean
  /** Called when the scope ends. */
  undos: (() => void)[]
}

/** The scope of the code that runs. Without one, what is started never ends. */
let current: Scope | undefined

export const createScope = (): Scope => ({ isEnded: false, undos: [] })

/** Calls `run` within `scope`, unless that has ended. `undefined` also if it throws. */
export function within<T>(scope: Scope | undefined, run: () => T): T | undefined {
  if (scope?.isEnded) return undefined
  const outer = current
  current = scope
  try {
    return attempt(run)
  } finally {
    current = outer
  }
}

/** A function that calls `run` within the scope of now. */
export function inScope<A extends unknown[]>(run: (...args: A) => unknown): (...args: A) => void {
  const scope = current
  return (...args) => void within(scope, () => run(...args))
}

/** Calls `undo` when the scope of now ends. */
export const onEnd = (undo: () => void): unknown => current?.undos.push(undo)

export function endScope(scope: Scope): void {
  scope.isEnded = true
  for (const undo of scope.undos.splice(0)) attempt(undo)
}
