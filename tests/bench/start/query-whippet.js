import { QueryClient } from 'whippet/query'

globalThis.usable = new QueryClient().fetchQuery({ queryKey: ['rows'], queryFn: async () => 1 })
