// Checks of arguments. Their errors say what was expected; one text serves all, since each would be downloaded.

export function isObject<T>(value: T | null | undefined): value is T & object {
  return value !== null && (typeof value === 'object' || typeof value === 'function')
}

/** Throws where it does not hold that the argument or option `name` is `what`. */
function check(holds: boolean, name: string, what: string, value: unknown): void {
  if (holds) return
  throw new TypeError(`Expected ${what} as \`${name}\`, not ${typeof value} ${isObject(value) ? '' : String(value)}`)
}

export function checkFunction(fn: unknown, name = 'fn'): void {
  check(typeof fn === 'function', name, 'a function', fn)
}

export function checkSignal(signal: unknown): void {
  check(
    signal === undefined || typeof (signal as AbortSignal | null)?.addEventListener === 'function',
    'signal',
    'an AbortSignal',
    signal,
  )
}

/** Accepts a number of ms, zero or more; with `most`, no more than that. */
export function checkDuration(name: string, value: unknown, most = Infinity): void {
  const holds = typeof value === 'number' && value >= 0 && value <= most
  check(holds, name, `${most < Infinity ? 'finite ' : ''}ms, zero or more,`, value)
}

/** Accepts a whole number from `least`, or `Infinity`. */
export function checkCount(name: string, value: unknown, least: number): void {
  const holds = typeof value === 'number' && value >= least && !(value % 1 > 0)
  check(holds, name, `a whole number, ${least} or more,`, value)
}
