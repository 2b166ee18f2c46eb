// Checks of arguments. Their errors say what was expected; one text serves all, since each would be downloaded.

export function isObject<T>(value: T | null | undefined): value is T & object {
  return value !== null && (typeof value === 'object' || typeof value === 'function')
}

/** The argument or option `name` is not `what`. A call that is as it should be runs none of this: a page waits for the first one. */
function fail(name: string, what: string, value: unknown): never {
  throw new TypeError(`Expected ${what} as \`${name}\`, not ${typeof value} ${isObject(value) ? '' : String(value)}`)
}

export function checkFunction(fn: unknown, name = 'fn'): void {
  if (typeof fn !== 'function') fail(name, 'a function', fn)
}

export function checkSignal(signal: unknown): void {
  if (signal !== undefined && typeof (signal as AbortSignal | null)?.addEventListener !== 'function')
    fail('signal', 'an AbortSignal', signal)
}

/** Accepts a number of ms, zero or more; with `most`, no more than that. */
export function checkDuration(name: string, value: unknown, most = Infinity): void {
  const holds = typeof value === 'number' && value >= 0 && value <= most
  if (!holds) fail(name, `${most < Infinity ? 'finite ' : ''}ms, zero or more,`, value)
}

/** Accepts a whole number from `least`, or `Infinity`. */
export function checkCount(name: string, value: unknown, least: number): void {
  const holds = typeof value === 'number' && value >= least && !(value % 1 > 0)
  if (!holds) fail(name, `a whole number, ${least} or more,`, value)
}
