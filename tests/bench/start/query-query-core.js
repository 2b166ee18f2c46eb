import { QueryClient } from '@tanstack/query-core'

globalThis.usable = new QueryClient().fetchQuery({ queryKey: ['rows'], queryFn: async () => 1 })
