// Keys, the data types that keys may carry, and what applications register.

/** Any type but `undefined`. */
export type NonUndefinedGuard<T> = T extends undefined ? never : T
/** `Omit`, member by member of a union. */
export type DistributiveOmit<TObject, TKey extends keyof TObject> = TObject extends any ? Omit<TObject, TKey> : never
/** `Omit` that knows its keys; `'safely'` allows others too. */
export type OmitKeyof<
  TObject,
  TKey extends TStrictly extends 'safely'
    ?
        | keyof TObject
        | (string & Record<never, never>)
        | (number & Record<never, never>)
        | (symbol & Record<never, never>)
    : keyof TObject,
  TStrictly extends 'strictly' | 'safely' = 'strictly',
> = Omit<TObject, TKey>
/** The properties of one type, with another's types where it has them. */
export type Override<TTargetA, TTargetB> = {
  [AKey in keyof TTargetA]: AKey extends keyof TTargetB ? TTargetB[AKey] : TTargetA[AKey]
}
/** With some properties required. */
export type WithRequired<TTarget, TKey extends keyof TTarget> = TTarget & { [_ in TKey]: {} }

/** Augment it to set `defaultError`, `queryKey`, `mutationKey`, `queryMeta` and `mutationMeta` for all. */
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

export const dataTagSymbol = Symbol()
export type dataTagSymbol = typeof dataTagSymbol
export const dataTagErrorSymbol = Symbol()
export type dataTagErrorSymbol = typeof dataTagErrorSymbol
export const unsetMarker = Symbol()
export type UnsetMarker = typeof unsetMarker

/** A key that knows its data and error. */
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
