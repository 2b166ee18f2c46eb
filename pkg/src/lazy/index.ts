// `whippet/lazy`: images, iframes, videos and backgrounds that load when they come near.
export { lazy, lazySelector, type Lazy, type LazyOptions, type LazyStats, type LazyTarget } from './lazy.js'
