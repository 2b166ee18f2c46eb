// Every query of the page: its key, where its data comes from, and how long it is fresh.
import { jsonQuery } from 'whippet/json/delta'
import { keepPreviousData, QueryClient, type QueryFunctionContext } from 'whippet/query'
import { detailsUrl, listUrl, type Activity, type Details, type FaultMode, type Page, type PackageId, type Sort } from './api'
import { isWorthRetrying } from './errors'

/** Keys, from the general to the particular, so that an invalidation can name all below it. */
export const keys = {
  packages: ['packages'] as const,
  lists: ['packages', 'list'] as const,
  list: (search: string, sort: Sort) => ['packages', 'list', { search, sort }] as const,
  details: ({ ecosystem, name, version }: PackageId) => ['packages', 'details', ecosystem, name, version] as const,
  activity: ['activity'] as const,
  faults: ['faults'] as const,
}

export function createClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        // Two more tries within a second or so: long enough for a hiccup, short enough to be told.
        retry: (failures, error) => failures < 2 && isWorthRetrying(error),
        retryDelay: (attempt) => 300 * 2 ** attempt,
      },
    },
  })
}

type PageContext = QueryFunctionContext<ReturnType<typeof keys.list>, number>

/** The packages that a search finds, page after page; the list before it stays until the first is there. */
export function listOptions(search: string, sort: Sort) {
  return {
    queryKey: keys.list(search, sort),
    queryFn: jsonQuery<Page, PageContext>(({ pageParam }) => listUrl(search, sort, pageParam)),
    initialPageParam: 1,
    getNextPageParam: (page: Page) => page.next,
    placeholderData: keepPreviousData,
  }
}

export function detailsOptions(id: PackageId) {
  return { queryKey: keys.details(id), queryFn: jsonQuery<Details>(detailsUrl(id)), staleTime: 60_000 }
}

/** Polled, but not while the page is hidden. */
export const activityOptions = {
  queryKey: keys.activity,
  queryFn: jsonQuery<Activity>('/api/activity'),
  staleTime: 0,
  refetchInterval: 3_000,
  retry: false,
}

/** Another visitor may turn the switch, so it is looked at now and then. */
export const faultsOptions = {
  queryKey: keys.faults,
  queryFn: jsonQuery<{ mode: FaultMode }>('/api/faults'),
  refetchInterval: 10_000,
}
