import LazyLoad from 'vanilla-lazyload'

new LazyLoad({ threshold: 300 })
globalThis.usable = globalThis.requested('/image')
