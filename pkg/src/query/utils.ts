import type { Query, Updater } from './types.js'

/** Does nothing: for promises whose errors are shown elsewhere, `promise.catch(noop)`. */
export function noop(): void
export function noop(): undefined
export function noop() {}

export function functionalUpdate<TInput, TOutput>(updater: Updater<TInput, TOutput>, input: TInput): TOutput {
  return typeof updater === 'function' ? (updater as (input: TInput) => TOutput)(input) : updater
}

/** The value of an option, which may be a function of the query. */
export function resolveQueryValue<TValue>(
  value: TValue | ((query: any) => TValue) | undefined,
  query: Query<any, any, any, any>,
): TValue | undefined {
  return typeof value === 'function' ? (value as (query: unknown) => TValue)(query) : value
}

/** A `placeholderData` function: shows the data of the previous key while that of the new key is fetched. */
export function keepPreviousData<T>(previousData: T | undefined): T | undefined {
  return previousData
}

/** Whether an error is thrown to an error boundary. */
export function shouldThrowError<T extends (...args: any[]) => boolean>(
  throwOnError: boolean | T | undefined,
  params: Parameters<T>,
): boolean {
  return typeof throwOnError === 'function' ? throwOnError(...params) : !!throwOnError
}

/** Appends an item and drops the first ones beyond `max`. */
export function addToEnd<T>(items: T[], item: T, max = 0): T[] {
  const all = [...items, item]
  return max && all.length > max ? all.slice(-max) : all
}

/** Prepends an item and drops the last ones beyond `max`. */
export function addToStart<T>(items: T[], item: T, max = 0): T[] {
  const all = [item, ...items]
  return max && all.length > max ? all.slice(0, max) : all
}
