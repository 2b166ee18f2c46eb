import { jsonQuery } from 'whippet/json'
import { QueryClient } from 'whippet/query'

globalThis.usable = new QueryClient().fetchQuery({ queryKey: ['rows'], queryFn: jsonQuery('/rows') })
