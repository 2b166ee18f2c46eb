// The pages of an infinite query, and how it goes from one to the next.

/** Gives the param of the page after the last; `undefined` or `null` where there is none. */
export type GetNextPageParamFunction<TPageParam, TQueryFnData = unknown> = (
  lastPage: TQueryFnData,
  allPages: Array<TQueryFnData>,
  lastPageParam: TPageParam,
  allPageParams: Array<TPageParam>,
) => TPageParam | undefined | null
/** Gives the param of the page before the first; `undefined` or `null` where there is none. */
export type GetPreviousPageParamFunction<TPageParam, TQueryFnData = unknown> = (
  firstPage: TQueryFnData,
  allPages: Array<TQueryFnData>,
  firstPageParam: TPageParam,
  allPageParams: Array<TPageParam>,
) => TPageParam | undefined | null

/** The data of an infinite query. */
export interface InfiniteData<TData, TPageParam = unknown> {
  /** The pages, first to last. */
  pages: Array<TData>
  /** For each page, the param that it was fetched with. */
  pageParams: Array<TPageParam>
}
/** Where an infinite query begins. */
export interface InitialPageParam<TPageParam = unknown> {
  /** The param of the page that is fetched first. */
  initialPageParam: TPageParam
}
/** How an infinite query goes from page to page. */
export interface InfiniteQueryPageParamsOptions<
  TQueryFnData = unknown,
  TPageParam = unknown,
> extends InitialPageParam<TPageParam> {
  /**
   * Of the first page, the param of the one before; `undefined` or `null` where there is none. Without the option,
   * there never is.
   */
  getPreviousPageParam?: GetPreviousPageParamFunction<TPageParam, TQueryFnData>
  /** Of the last page, the param of the one after; `undefined` or `null` where there is none. */
  getNextPageParam: GetNextPageParamFunction<TPageParam, TQueryFnData>
}

/** How many pages to fetch at once, for which it must be known how to go on. */
export type InfiniteQueryPages<TQueryFnData = unknown, TPageParam = unknown> =
  | {
      /** How many pages to fetch; by default as many as there are, at least one. */
      pages?: never
    }
  | {
      /** How many pages to fetch; by default as many as there are, at least one. */
      pages: number
      /** Of the last page, the param of the one after; `undefined` or `null` where there is none. */
      getNextPageParam: GetNextPageParamFunction<TPageParam, TQueryFnData>
    }
