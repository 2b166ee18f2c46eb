// A server of images that fail, or that it holds back, if their URL says so; and pages that load them lazily.
import { build } from 'esbuild'
import { createServer } from 'node:http'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { png } from '../bench/lazy/png.mjs'

const here = path.dirname(fileURLToPath(import.meta.url))

/**
 * `/img/<name>.png` is an image. In its query, `w` and `h` are its size, `fail` is how often it fails first, and with `hold` the
 * server does not respond until the test calls `release(name)`. `/module/<name>.js` is a module with the same parameters. Every
 * other path is the page `html`, in which `whippet` has the exports of `whippet/lazy`.
 */
export async function site() {
  const { outputFiles } = await build({
    bundle: true,
    format: 'esm',
    logLevel: 'silent',
    stdin: { contents: `import * as lazy from 'whippet/lazy'; window.whippet = lazy`, resolveDir: path.join(here, '../../www') },
    write: false,
  })
  /** The responses that are held, by path, and the paths that are held no more. */
  const held = new Map()
  const released = new Set()
  /** The paths that fail no more. */
  const mended = new Set()
  const site = {
    html: '',
    /** The number of requests by path. */
    requests: new Map(),
    /** The requested paths, in order. */
    order: [],
    clear() {
      site.requests.clear()
      site.order.length = 0
      held.clear()
      released.clear()
      mended.clear()
    },
    /** Responds to the requests for `/img/<name>.png` that are held, and to later ones at once. */
    release(name) {
      const path = `/img/${name}.png`
      released.add(path)
      for (const respond of held.get(path) ?? []) respond()
      held.delete(path)
    },
    /** From now on `/img/<name>.png` does not fail. */
    mend: (name) => mended.add(`/img/${name}.png`),
    close: () => server.close(),
  }
  const server = createServer((request, answer) => {
    const url = new URL(request.url, 'http://localhost')
    const parameter = (name) => Number(url.searchParams.get(name) ?? 0)
    if (url.pathname === '/app.js') return answer.setHeader('content-type', 'text/javascript').end(outputFiles[0].text)
    if (!/^\/(img|module)\//.test(url.pathname))
      return answer.setHeader('content-type', 'text/html; charset=utf-8').end(site.html)
    const times = (site.requests.get(url.pathname) ?? 0) + 1
    site.requests.set(url.pathname, times)
    site.order.push(url.pathname)
    answer.setHeader('cache-control', 'no-store')
    const respond = () => {
      if (times <= parameter('fail') && !mended.has(url.pathname)) return answer.writeHead(503).end()
      if (url.pathname.startsWith('/module/')) {
        return answer.setHeader('content-type', 'text/javascript').end(`export default ${times}`)
      }
      answer.setHeader('content-type', 'image/png').end(png(parameter('w') || 60, parameter('h') || 40, url.pathname.length))
    }
    if (url.searchParams.has('hold') && !released.has(url.pathname))
      held.set(url.pathname, [...(held.get(url.pathname) ?? []), respond])
    else respond()
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  site.origin = `http://127.0.0.1:${server.address().port}`
  return site
}

/** A page with `body`, which then runs `script`. The exports of `whippet/lazy` are variables of the script. */
export function page(body, script, head = '') {
  return `<!doctype html><title>pictures</title>${head}<body style="margin:0">${body}
    <script type="module">
      import '/app.js'
      const { lazy, lazyImport, preload, thumbhashToDataURL } = whippet
      ${script}
    </script>`
}

/** A lazy `<img>` with dimensions. */
export const img = (name, more = '') => `<img id="${name}" data-src="/img/${name}.png" width="60" height="40" alt="" ${more}>`

export const gap = (px = 20_000) => `<div style="height:${px}px"></div>`
