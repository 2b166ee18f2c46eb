// OTLP's values in proto3's JSON mapping, where 64-bit integers are strings.

/** A number is a double. */
export type Values = Record<string, string | boolean | number | AnyValue | undefined>
export type AnyValue = { stringValue: string } | { boolValue: boolean } | { intValue: string } | { doubleValue: number }

export interface KeyValue {
  key: string
  value: AnyValue
}

/** A 64-bit integer. `String` would write a large number with an exponent. */
export const int64 = (value: number): string => String(BigInt(Math.round(value)))

/** Converts milliseconds to nanoseconds. */
export const nanos = (ms: number): string => `${int64(ms)}000000`

const TYPES: { [type: string]: string } = { string: 'string', boolean: 'bool', number: 'double' }

/** Builds a list of attributes, whose names begin with `prefix`, without those that are `undefined`. */
export const attributes = (values: Values, prefix = ''): KeyValue[] =>
  Object.entries(values).flatMap(([key, value]) => {
    if (value === undefined) return []
    const any = typeof value === 'object' ? value : ({ [`${TYPES[typeof value]}Value`]: value } as unknown as AnyValue)
    return [{ key: prefix + key, value: any }]
  })
