// A service that pushes its metrics by OpenTelemetry's SDK for Node.js, in both encodings and temporalities.
import { OTLPMetricExporter as JsonExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPMetricExporter as ProtobufExporter } from '@opentelemetry/exporter-metrics-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { AggregationTemporality, AggregationType, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { collector, eventually } from './browser.mjs'

const views = [
  {
    instrumentName: 'db.client.operation.duration',
    aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM, options: { recordMinMax: true } },
  },
]

/** An instance of a service. `serve` counts requests, `push` exports. */
function instance(service, id, Exporter, temporality) {
  const exporter = new Exporter({ url: `${collector}/v1/metrics`, temporalityPreference: temporality })
  const results = []
  const original = exporter.export.bind(exporter)
  exporter.export = (metrics, done) => original(metrics, (result) => (results.push(result), done(result)))
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 600_000 })
  const provider = new MeterProvider({
    resource: resourceFromAttributes({ 'service.name': service, 'service.instance.id': id, 'telemetry.sdk.language': 'nodejs' }),
    readers: [reader],
    views,
  })
  const meter = provider.getMeter('http')
  const requests = meter.createCounter('http.requests')
  const duration = meter.createHistogram('http.server.request.duration', {
    unit: 's',
    advice: { explicitBucketBoundaries: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1] },
  })
  const queries = meter.createHistogram('db.client.operation.duration', { unit: 's' })
  meter.createObservableGauge('process.memory.usage', { unit: 'By' }).addCallback((result) => result.observe(123_000_000))
  return {
    serve(count, seconds, status = 200) {
      for (let number = 0; number < count; number++) {
        requests.add(1, { method: 'GET', route: '/items', status })
        duration.record(seconds, { 'http.request.method': 'GET', 'http.route': '/items', 'http.response.status_code': status })
        queries.record(seconds / 2, { 'db.operation.name': 'SELECT' })
      }
    },
    async push() {
      await reader.forceFlush()
      assert.equal(results.at(-1)?.code, 0, String(results.at(-1)?.error))
    },
    stop: () => provider.shutdown(),
  }
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

async function backend(target) {
  const now = Date.now()
  const response = await fetch(`${collector}/api/backend?target=${target}&from=${now - 300_000}&to=${now}`)
  assert.equal(response.status, 200, await response.clone().text())
  return response.json()
}

for (const [name, Exporter] of [
  ['json', JsonExporter],
  ['protobuf', ProtobufExporter],
]) {
  for (const [how, temporality] of [
    ['cumulative', AggregationTemporality.CUMULATIVE],
    ['delta', AggregationTemporality.DELTA],
  ]) {
    test(`a service's metrics in ${name}, ${how}: two instances, one of which starts again`, async () => {
      const service = `pushed-${name}-${how}`
      let [first, second] = ['a', 'b'].map((id) => instance(service, id, Exporter, temporality))
      for (const one of [first, second]) {
        one.serve(1, 0.02)
        await one.push()
      }
      await pause(600)
      first.serve(10, 0.02)
      second.serve(5, 0.2, 500)
      second.serve(5, 0.2)
      await first.push()
      await second.push()
      await first.stop()
      await pause(600)
      first = instance(service, 'a', Exporter, temporality)
      first.serve(4, 0.02)
      await first.push()
      await pause(600)
      first.serve(6, 0.02)
      await first.push()
      const entry = await eventually('the target', async () => {
        const { targets } = await (await fetch(`${collector}/api/status`)).json()
        return targets.find((target) => target.name === service)
      })
      assert.equal(entry.up, true)
      assert.equal(entry.error, null)
      // The first values are baselines, as with any scrape; all that came after counts.
      const requests = await eventually('all requests', async () => {
        const { routes } = await backend(service)
        const count = routes.reduce((sum, route) => sum + route.count, 0)
        return Math.round(count) >= 30 && routes
      })
      assert.equal(Math.round(requests.reduce((sum, route) => sum + route.count, 0)), 30, JSON.stringify(requests))
      for (const one of [first, second]) await one.stop()
    })
  }
}

test('a page cannot push what a service measured, nor can anybody under a name that is scraped', async () => {
  const push = (service, headers = {}) =>
    fetch(`${collector}/v1/metrics`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({
        resourceMetrics: [
          {
            resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
            scopeMetrics: [{ metrics: [{ name: 'x', gauge: { dataPoints: [{ asDouble: 1 }] } }] }],
          },
        ],
      }),
    })
  const { targets } = await (await fetch(`${collector}/api/status`)).json()
  const scraped = await push(targets.find((target) => target.name !== 'collector' && target.url.startsWith('http')).name)
  assert.match((await scraped.json()).partialSuccess.errorMessage, /is scraped/)
  const fromPage = await push('never-pushed', { origin: 'https://evil.example' })
  assert.equal(fromPage.status, 200)
  const after = await (await fetch(`${collector}/api/status`)).json()
  assert.ok(after.targets.every((target) => target.name !== 'never-pushed'))
})
