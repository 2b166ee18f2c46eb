// The pages of an infinite query.

/** Returns the param of the page after the last one; `undefined` or `null` if there is none. */
export type GetNextPageParamFunction<TPageParam, TQueryFnData = unknown> = (
  lastPage: TQueryFnData,
  allPages: Array<TQueryFnData>,
  lastPageParam: TPageParam,
  allPageParams: Array<TPageParam>,
) => TPageParam | undefined | null
/** Returns the param of the page before the first one; `undefined` or `null` if there is none. */
export type GetPreviousPageParamFunction<TPageParam, TQueryFnData = unknown> = (
  firstPage: TQueryFnData,
  allPages: Array<TQueryFnData>,
  firstPageParam: TPageParam,
  allPageParams: Array<TPageParam>,
) => TPageParam | undefined | null

/** The data of an infinite query. */
export interface InfiniteData<TData, TPageParam = unknown> {
  /** The pages in order. */
  pages: Array<TData>
  /** The param that each page was fetched with. */
  pageParams: Array<TPageParam>
}
/** Where an infinite query starts. */
export interface InitialPageParam<TPageParam = unknown> {
  /** The param of the first page to fetch. */
  initialPageParam: TPageParam
}
/** How an infinite query gets from page to page. */
export interface InfiniteQueryPageParamsOptions<
  TQueryFnData = unknown,
  TPageParam = unknown,
> extends InitialPageParam<TPageParam> {
  /**
   * Returns the param of the page before the first one; `undefined` or `null` if there is none. Without this option
   * there never is.
   */
  getPreviousPageParam?: GetPreviousPageParamFunction<TPageParam, TQueryFnData>
  /** Returns the param of the page after the last one; `undefined` or `null` if there is none. */
  getNextPageParam: GetNextPageParamFunction<TPageParam, TQueryFnData>
}

/** How many pages are fetched at once. More than one needs `getNextPageParam`. */
export type InfiniteQueryPages<TQueryFnData = unknown, TPageParam = unknown> =
  | {
      /** The number of pages; by default as many as there are, at least one. */
      pages?: never
    }
  | {
      /** The number of pages; by default as many as there are, at least one. */
      pages: number
      /** Returns the param of the page after the last one; `undefined` or `null` if there is none. */
      getNextPageParam: GetNextPageParamFunction<TPageParam, TQueryFnData>
    }
