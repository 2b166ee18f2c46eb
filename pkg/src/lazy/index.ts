// `whippet/lazy`: images, iframes, videos and backgrounds that load when they come near, and modules when needed.
export { lazyImport, LazyImportTimeoutError, type LazyImportOptions } from './import.js'
export { lazy } from './lazy.js'
export { preload, type Preload, type PreloadItem, type PreloadWhat } from './preload.js'
export { lazySelector, type Lazy, type LazyOptions, type LazyStats, type LazyTarget } from './options.js'
export { showThumbhash, thumbhashToDataURL } from './thumbhash.js'
