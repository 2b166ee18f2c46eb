// Checks of arguments. Their errors say what to do.

export function isObject<T>(value: T | null | undefined): value is T & object {
  return value !== null && (typeof value === 'object' || typeof value === 'function')
}

function describe(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`
  return isObject(value) ? `a value of type ${typeof value}` : String(value)
}

export function checkFunction(name: string, fn: unknown): void {
  if (typeof fn === 'function') return
  throw new TypeError(`Expected a function: ${name}(fn, …) was given ${describe(fn)}`)
}

export function checkSignal(signal: unknown): void {
  if (signal !== undefined && typeof (signal as AbortSignal | null)?.addEventListener !== 'function') {
    throw new TypeError(`\`signal\` must be an AbortSignal, not ${describe(signal)}`)
  }
}

/** Accepts a number of ms, zero or more. */
export function checkDuration(name: string, value: unknown): void {
  if (typeof value !== 'number' || !(value >= 0)) {
    throw new TypeError(`\`${name}\` must be a number of ms, zero or more, not ${describe(value)}`)
  }
}

/** Accepts a number of ms, zero or more, but not `Infinity`. */
export function checkFiniteDuration(name: string, value: unknown): void {
  checkDuration(name, value)
  if (value === Infinity) throw new TypeError(`\`${name}\` must be finite`)
}

/** Accepts a whole number from `least`, or `Infinity`. */
export function checkCount(name: string, value: unknown, least: number): void {
  if (typeof value !== 'number' || !(value >= least) || value % 1 > 0) {
    throw new TypeError(`\`${name}\` must be a whole number, ${least} or more, not ${describe(value)}`)
  }
}
