import { startRum } from 'whippet/rum'

globalThis.measured = startRum({ endpoint: '/sink', app: 'bench' })
