import type { Devtools } from './types.js'

/** No devtools. */
export const nothing = (): Devtools => ({ element: undefined, unmount() {} })
