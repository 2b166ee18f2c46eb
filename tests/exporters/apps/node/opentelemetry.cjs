// OpenTelemetry's instrumentations of HTTP, undici and Node.js' runtime, host metrics, and its Prometheus exporter.
// Names are old or stable as OTEL_SEMCONV_STABILITY_OPT_IN says. This exporter adds no unit to a name.
const { metrics } = require('@opentelemetry/api')
const { PrometheusExporter } = require('@opentelemetry/exporter-prometheus')
const { HostMetrics } = require('@opentelemetry/host-metrics')
const { registerInstrumentations } = require('@opentelemetry/instrumentation')
// The last version with the names before the stable ones is installed beside the newest.
const { HttpInstrumentation } = require(process.env.OLD ? 'instrumentation-http-old' : '@opentelemetry/instrumentation-http')
const { RuntimeNodeInstrumentation } = require('@opentelemetry/instrumentation-runtime-node')
const { UndiciInstrumentation } = require('@opentelemetry/instrumentation-undici')
const { PgInstrumentation } = require('@opentelemetry/instrumentation-pg')
const { MeterProvider } = require('@opentelemetry/sdk-metrics')

const PORT = Number(process.env.PORT)
const exporter = new PrometheusExporter({ port: PORT + 1, host: '127.0.0.1' })
const provider = new MeterProvider({ readers: [exporter] })
metrics.setGlobalMeterProvider(provider)
registerInstrumentations({
  meterProvider: provider,
  instrumentations: [
    // The prices below stand for another service.
    new HttpInstrumentation({ ignoreIncomingRequestHook: (request) => request.url === '/prices' }),
    new UndiciInstrumentation(),
    new RuntimeNodeInstrumentation(),
    new PgInstrumentation(),
  ],
})
new HostMetrics({ meterProvider: provider }).start()

const http = require('node:http')
const { Pool } = require('pg')
const pool = process.env.PGHOST ? new Pool({ max: 3 }) : null

http.createServer((_, response) => setTimeout(() => response.end('{}'), 2)).listen(PORT + 2, '127.0.0.1')
http
  .createServer(async (request, response) => {
    const { item, slow } = await import('./shop.mjs')
    const [, path, id] = request.url.split('/')
    let status = 404
    if (path === 'items' && id) status = await item(Number(id))
    else if (path === 'items') status = 201
    else if (path === 'invalid') status = 400
    else if (path === 'fail') status = 500
    else if (path === 'slow') status = await slow()
    if (path === 'items') {
      await (await fetch(`http://127.0.0.1:${PORT + 2}/prices`)).text()
      await pool?.query('SELECT $1::int', [1])
    }
    response.writeHead(status).end()
  })
  .listen(PORT, '127.0.0.1')
