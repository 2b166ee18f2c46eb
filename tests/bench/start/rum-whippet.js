import { startRum } from 'whippet/rum'

startRum({ endpoint: '/sink', app: 'bench' })
