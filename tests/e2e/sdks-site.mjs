// Pages that other SDKs measure, bundled as their users bundle them, and the collector's reports of what they sent.
import { build } from 'esbuild'
import { createServer } from 'node:http'
import { after, before } from 'node:test'
import { fileURLToPath } from 'node:url'
import { collector, launch, PATIENCE } from './browser.mjs'

/** The source of each page's script, by the first part of its path. `collector` is the address that is measured for. */
const SCRIPTS = {
  faro: `
    import { getWebInstrumentations, initializeFaro, LogLevel } from '@grafana/faro-web-sdk'
    window.faro = initializeFaro({
      url: collector + '/collect', apiKey: 'a key that says nothing',
      app: { name: 'sdk-faro', version: '1.2.0' },
      instrumentations: getWebInstrumentations({ captureConsole: false }),
      webVitalsInstrumentation: { reportAllChanges: true },
      batching: { sendTimeout: 100 }, requestCompression: location.search.includes('gzip'),
    })
    window.act = () => {
      faro.api.pushError(new TypeError('the cart is empty'))
      faro.api.pushLog(['a line'], { level: LogLevel.WARN })
      faro.api.pushEvent('bought', { what: 'shoes' })
      faro.api.pushMeasurement({ type: 'cart', values: { load: 12.5 } })
    }`,
  vitals: `
    import { onCLS, onFCP, onINP, onLCP, onTTFB } from 'web-vitals/attribution'
    const send = (metric) => navigator.sendBeacon(collector + '/v1/web-vitals?app=sdk-vitals', JSON.stringify(metric))
    const options = { reportAllChanges: true }
    for (const on of [onCLS, onFCP, onINP, onLCP, onTTFB]) on(send, options)`,
  queue: `
    import { onCLS, onFCP, onINP, onLCP, onTTFB } from 'web-vitals'
    const queue = new Set()
    for (const on of [onCLS, onFCP, onINP, onLCP, onTTFB]) on((metric) => queue.add(metric))
    addEventListener('visibilitychange', () => {
      if (document.visibilityState !== 'hidden' || !queue.size) return
      navigator.sendBeacon(collector + '/v1/web-vitals?app=sdk-queue', JSON.stringify([...queue]))
      queue.clear()
    })`,
  otel: `
    import { logs } from '@opentelemetry/api-logs'
    import { resourceFromAttributes } from '@opentelemetry/resources'
    import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
    import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http'
    import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
    import { BatchSpanProcessor, WebTracerProvider } from '@opentelemetry/sdk-trace-web'
    import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs'
    import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
    import { registerInstrumentations } from '@opentelemetry/instrumentation'
    import { DocumentLoadInstrumentation } from '@opentelemetry/instrumentation-document-load'
    import { FetchInstrumentation } from '@opentelemetry/instrumentation-fetch'
    import { onCLS, onFCP, onLCP, onTTFB } from 'web-vitals'
    const session = crypto.randomUUID()
    const resource = resourceFromAttributes({
      'service.name': 'sdk-otel', 'service.version': '3.0.0', 'session.id': session, 'telemetry.sdk.language': 'webjs',
      'browser.mobile': false,
    })
    const tracer = new WebTracerProvider({
      resource, spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url: collector + '/v1/traces' }), { scheduledDelayMillis: 100 })],
    })
    tracer.register()
    registerInstrumentations({ instrumentations: [new DocumentLoadInstrumentation(), new FetchInstrumentation({ clearTimingResources: true })] })
    const logger = new LoggerProvider({
      resource, processors: [new BatchLogRecordProcessor({ exporter: new OTLPLogExporter({ url: collector + '/v1/logs' }), scheduledDelayMillis: 100 })],
    }).getLogger('vitals')
    const page = { 'url.full': location.href }
    const report = ({ name, value, delta, rating, id, navigationType }) =>
      logger.emit({
        eventName: 'browser.web_vital', severityNumber: 9,
        attributes: {
          ...page, 'browser.web_vital.name': name.toLowerCase(), 'browser.web_vital.value': value, 'browser.web_vital.delta': delta,
          'browser.web_vital.rating': rating, 'browser.web_vital.id': id, 'browser.web_vital.navigation_type': navigationType,
        },
      })
    for (const on of [onCLS, onFCP, onLCP, onTTFB]) on(report, { reportAllChanges: true })
    const reader = new PeriodicExportingMetricReader({
      exporter: new OTLPMetricExporter({ url: collector + '/v1/metrics' }), exportIntervalMillis: 600, exportTimeoutMillis: 500,
    })
    const meter = new MeterProvider({ resource, readers: [reader] }).getMeter('shop')
    const clicks = meter.createCounter('shop.clicks')
    const took = meter.createHistogram('shop.checkout', { unit: 's' })
    window.act = async () => {
      await fetch('/api/items?token=secret')
      clicks.add(2); clicks.add(3, { where: 'cart' })
      took.record(0.25); took.record(1.5)
      logger.emit({
        eventName: 'exception', severityNumber: 17,
        attributes: { ...page, 'exception.type': 'RangeError', 'exception.message': 'no such item',
          'exception.stacktrace': 'RangeError: no such item\\n    at find (https://shop.example/app.js:1:20)\\n    at https://shop.example/app.js:3:7' },
      })
    }`,
  whippet: `
    import { startRum } from 'whippet/rum'
    import { otlp } from 'whippet/rum/otlp'
    window.rum = startRum({ endpoint: collector, app: 'sdk-whippet', release: '9.1', flushInterval: 3_600_000, format: otlp() })
    window.act = () => {
      rum.count('bought', 3); rum.gauge('cart.items', -2); rum.timing('cart.load', 12.5)
      for (let ms = 1; ms <= 40; ms++) rum.timing('many', ms)
      rum.error(new TypeError('the cart is empty'))
    }`,
}

const html = (name) => `<!doctype html><meta charset="utf-8"><title>${name}</title><link rel="icon" href="data:,">
<h1>A heading, large enough to be painted</h1><img src="/a.png" width="20" height="20"><button>go</button>
<script src="/bundle/${name}.js"></script>
<script>
  document.querySelector('button').onclick = () => {
    const until = performance.now() + 60
    while (performance.now() < until);
    document.querySelector('h1').append('!')
  }
</script>`

const gif = Buffer.from('R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==', 'base64')
const here = fileURLToPath(new URL('.', import.meta.url))
const bundles = {}

/** The site's headers, by a test. */
export const headers = {}

let server, browser
/** The origin of the pages: another than the collector's. */
export let origin

before(async () => {
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost')
    const [, first, second] = pathname.split('/')
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    if (first === 'bundle') {
      response.setHeader('content-type', 'text/javascript').end(bundles[second.replace('.js', '')])
    } else if (first === 'api') {
      response.setHeader('content-type', 'application/json').end('{}')
    } else if (pathname.endsWith('.png')) {
      response.setHeader('content-type', 'image/gif').end(gif)
    } else {
      response.setHeader('content-type', 'text/html').end(html(first))
    }
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  origin = `http://127.0.0.1:${server.address().port}`
  browser = await launch()
})

after(async () => {
  await browser?.close()
  server?.close()
})

/** Opens a page of one of the SDKs. `page.posts` are the answers of the collector, `page.sent` the bodies, `page.faults` what went wrong. */
export async function open(name, path = '/orders/1042', { search = '' } = {}) {
  bundles[name] ??= await bundle(SCRIPTS[name] ?? '')
  const page = await (await browser.newContext()).newPage()
  page.setDefaultTimeout(PATIENCE)
  page.posts = []
  page.sent = []
  page.faults = []
  page.on('pageerror', (error) => page.faults.push(String(error)))
  page.on('console', (message) => message.type() === 'error' && page.faults.push(message.text()))
  page.on('request', (request) => request.url().startsWith(collector) && page.sent.push(request.postData()))
  page.on('response', (response) => {
    if (response.url().startsWith(collector) && response.request().method() === 'POST') page.posts.push(response)
  })
  await page.goto(`${origin}/${name}${path}${search}`)
  await page.waitForFunction(() => document.readyState === 'complete')
  return page
}

async function bundle(source) {
  const { outputFiles } = await build({
    bundle: true,
    define: { collector: JSON.stringify(collector) },
    logLevel: 'silent',
    stdin: { contents: source, resolveDir: here },
    write: false,
  })
  return outputFiles[0].contents
}

/** Leaves the page, so that it sends what waits. */
export const leave = (page) => page.goto('about:blank')

/** A report of the collector over the last ten minutes. */
export async function report(path, parameters = {}) {
  const now = Date.now()
  const query = new URLSearchParams({ from: now - 600_000, to: now + 60_000, ...parameters })
  const response = await fetch(`${collector}/api/${path}?${query}`)
  if (!response.ok) throw new Error(await response.text())
  return response.json()
}

/** All that the reports say of an application, in short. */
export async function told(app) {
  const [vitals, errors, custom, loading] = await Promise.all(
    ['vitals', 'errors', 'custom', 'loading'].map((path) => report(path, { app })),
  )
  return {
    views: Object.fromEntries(vitals.pages.map(({ page, views }) => [page, views])),
    vitals: Object.fromEntries(vitals.metrics.map((metric) => [metric.name, metric])),
    errors: errors.errors.filter((error) => error.app === app),
    counters: Object.fromEntries(custom.counters.map(({ name, total }) => [name, total])),
    timings: Object.fromEntries(custom.distributions.map((distribution) => [distribution.name, distribution])),
    gauges: Object.fromEntries(custom.gauges.map((gauge) => [gauge.name, gauge])),
    load: loading.load,
    phases: Object.fromEntries(loading.phases.map((phase) => [phase.name, phase])),
    resources: loading.resources,
  }
}
