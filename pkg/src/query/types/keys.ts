// Query keys, the types of data that keys may carry, and the types that applications register.

/** Any type but `undefined`. */
export type NonUndefinedGuard<T> = T extends undefined ? never : T
/** `Omit`, applied to each member of a union. */
export type DistributiveOmit<TObject, TKey extends keyof TObject> = TObject extends any ? Omit<TObject, TKey> : never
/** `Omit` restricted to known keys; `'safely'` allows any. */
export type OmitKeyof<
  TObject,
  TKey extends (TStrictly extends 'safely'
    ? keyof TObject | (string & Record<never, never>) | (number & Record<never, never>) | (symbol & Record<never, never>)
    : keyof TObject),
  TStrictly extends 'strictly' | 'safely' = 'strictly',
> = Omit<TObject, TKey>
/** The properties of the first type, with the types of the second where it has them. */
export type Override<TTargetA, TTargetB> = {
  [AKey in keyof TTargetA]: AKey extends keyof TTargetB ? TTargetB[AKey] : TTargetA[AKey]
}
/** The type with some properties required. */
export type WithRequired<TTarget, TKey extends keyof TTarget> = TTarget & { [_ in TKey]: {} }

/** Augment this to set `defaultError`, `queryKey`, `mutationKey`, `queryMeta` and `mutationMeta` globally. */
export interface Register {}

type RegisteredKey<TName extends string> = Register extends { [_ in TName]: infer TKey }
  ? TKey extends readonly unknown[]
    ? TKey
    : readonly unknown[]
  : readonly unknown[]
type RegisteredMeta<TName extends string> = Register extends { [_ in TName]: infer TMeta }
  ? TMeta extends Record<string, unknown>
    ? TMeta
    : Record<string, unknown>
  : Record<string, unknown>

export type DefaultError = Register extends { defaultError: infer TError } ? TError : Error
export type QueryKey = RegisteredKey<'queryKey'>
export type MutationKey = RegisteredKey<'mutationKey'>
export type QueryMeta = RegisteredMeta<'queryMeta'>
export type MutationMeta = RegisteredMeta<'mutationMeta'>

/** In types alone: the member of a tagged key that has the type of its data. */
export const dataTagSymbol = Symbol()
export type dataTagSymbol = typeof dataTagSymbol
/** In types alone: the member of a tagged key that has the type of its error. */
export const dataTagErrorSymbol = Symbol()
export type dataTagErrorSymbol = typeof dataTagErrorSymbol
/** In types alone: a tagged key says nothing of its error. */
export const unsetMarker = Symbol()
export type UnsetMarker = typeof unsetMarker

/** A key that carries the types of its data and its error. */
export type AnyDataTag = { [dataTagSymbol]: any; [dataTagErrorSymbol]: any }
export type DataTag<TType, TValue, TError = UnsetMarker> = TType extends AnyDataTag
  ? TType
  : TType & { [dataTagSymbol]: TValue; [dataTagErrorSymbol]: TError }
export type QueryKeyWithDataTag<TQueryKey extends QueryKey = QueryKey, TQueryFnData = unknown, TError = DefaultError> = {
  queryKey: DataTag<TQueryKey, TQueryFnData, TError>
}
export type InferDataFromTag<TQueryFnData, TTaggedQueryKey extends QueryKey> =
  TTaggedQueryKey extends DataTag<unknown, infer TaggedValue, unknown> ? TaggedValue : TQueryFnData
export type InferErrorFromTag<TError, TTaggedQueryKey extends QueryKey> =
  TTaggedQueryKey extends DataTag<unknown, unknown, infer TaggedError>
    ? TaggedError extends UnsetMarker
      ? TError
      : TaggedError
    : TError
