// What is started within a scope ends with it: listeners, observers, and callbacks that are still to come. So nothing that
// measures has to be passed on to whoever stops it.
import { attempt } from './guard.js'

/** By the number of a change. */
export type LifecycleCallbacks = (((event: Event) => void) | undefined)[]

export interface Scope {
  isEnded$: boolean
  /** Called when the scope ends. */
  undos$: (() => void)[]
  /** The callbacks of the page's lifecycle, by what they are called for. */
  lifecycle$: LifecycleCallbacks[] | undefined
}

/** The scope of the code that runs. Without one, what is started never ends. */
export let current: Scope | undefined

export const createScope = (): Scope => ({ isEnded$: false, undos$: [], lifecycle$: undefined })

/** Calls `run` within `scope`, unless that has ended. `undefined` also if it throws. */
export function within<T>(scope: Scope | undefined, run: () => T): T | undefined {
  if (scope?.isEnded$) return undefined
  const outer = current
  current = scope
  const result = attempt(run)
  current = outer
  return result
}

/** A function that calls `run` within the scope of now. */
export function inScope<A extends unknown[]>(run: (...args: A) => unknown): (...args: A) => void {
  const scope = current
  return (...args) => void within(scope, () => run(...args))
}

/** Calls `undo` when the scope of now ends. */
export const onEnd = (undo: () => void): unknown => current?.undos$.push(undo)

export function endScope(scope: Scope): void {
  scope.isEnded$ = true
  for (const undo of scope.undos$.splice(0)) attempt(undo)
}
