// OTLP's attribute values in proto3's JSON mapping, where 64-bit integers are strings.

export type AnyValue = { stringValue: string } | { boolValue: boolean } | { intValue: string } | { doubleValue: number }

export interface KeyValue {
  key: string
  value: AnyValue
}

export const text = (value: string): AnyValue => ({ stringValue: value })
export const flag = (value: boolean): AnyValue => ({ boolValue: value })
export const integer = (value: number): AnyValue => ({ intValue: int64(value) })
export const double = (value: number): AnyValue => ({ doubleValue: value })

/** A 64-bit integer. `String` would write a large one with an exponent. */
export function int64(value: number): string {
  return BigInt(Math.round(value)).toString()
}

/** Converts milliseconds to nanoseconds. */
export const nanos = (ms: number): string => `${int64(ms)}000000`

/** Builds a list of attributes, without those that are `undefined`. */
export function attributes(values: Record<string, AnyValue | undefined>): KeyValue[] {
  const known = Object.entries(values).filter((entry): entry is [string, AnyValue] => entry[1] !== undefined)
  return known.map(([key, value]) => ({ key, value }))
}

/** A string, or `undefined` if it is missing or empty. */
export function optional(value: string | undefined): AnyValue | undefined {
  return value ? text(value) : undefined
}
