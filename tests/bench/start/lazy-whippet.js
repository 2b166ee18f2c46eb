import { lazy } from 'whippet/lazy'

lazy('.lazy', { rootMargin: 300 })
globalThis.usable = globalThis.requested('/image')
