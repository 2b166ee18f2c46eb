import { QueryClient } from '@tanstack/query-core'

const queryFn = async ({ signal }) => (await fetch('/rows', { signal })).json()
globalThis.usable = new QueryClient().fetchQuery({ queryKey: ['rows'], queryFn })
