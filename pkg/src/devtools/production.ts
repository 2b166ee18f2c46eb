// `whippet/devtools/production`: the same, in production too.
import { defineElement } from './element.js'

export { mount as mountDevtools } from './mount.js'

/** Defines `<whippet-devtools>`, for those who write it into their markup and set its `client`. */
export const defineDevtools: () => void = defineElement

export type * from './public.js'
export type { Action, Details, Event, Row, Source, Timer } from './source.js'
