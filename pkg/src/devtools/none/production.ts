// `whippet/devtools/production` as CommonJS.
export { mountDevtools } from './index.js'

export function defineDevtools(): void {}
