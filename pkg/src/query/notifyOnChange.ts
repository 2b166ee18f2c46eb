// Which changes of a result notify the listeners of an observer.
import type { QueryObserverOptions } from './types.js'

/** Whether one of the fields that are watched differs between two results. */
export function isWatched(
  options: QueryObserverOptions<any, any, any, any, any>,
  tracked: Set<string> | undefined,
  before: any,
  after: any,
): boolean {
  const { notifyOnChangeProps } = options
  const named = typeof notifyOnChangeProps === 'function' ? notifyOnChangeProps() : notifyOnChangeProps
  if (named === 'all' || (!named && !tracked)) return true
  const differs = (name: string) => !Object.is(before[name], after[name])
  for (const name of named ?? tracked!) if (differs(name)) return true
  return !!options.throwOnError && differs('error')
}
