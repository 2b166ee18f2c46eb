// Checks each field of a converted beacon against OTLP's protocol buffers and proto3's JSON mapping.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { otlp } from 'whippet/rum/otlp'

const documented = () => {
  const page = readFileSync(new URL('../../../docs/beacon.md', import.meta.url), 'utf8')
  return JSON.parse(/```json\n([\s\S]*?)```/.exec(page)[1])
}

const is = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  boolean: (value) => typeof value === 'boolean',
  // fixed64, uint64, sint64: strings of decimal digits.
  int64: (value) => typeof value === 'string' && /^-?\d{1,20}$/.test(value),
  int32: (value) => Number.isInteger(value) && Math.abs(value) < 2 ** 31,
  nanos: (value) => typeof value === 'string' && /^\d{19}$/.test(value),
}
const list = (of) => (value, at) => {
  assert.ok(Array.isArray(value), at)
  value.forEach((item, index) => check(of, item, `${at}[${index}]`))
  return true
}
const anyValue = { stringValue: is.string, boolValue: is.boolean, intValue: is.int64, doubleValue: is.number, $oneOf: true }
const attributes = list({ key: is.string, value: anyValue })
const point = { attributes, startTimeUnixNano: is.nanos, timeUnixNano: is.nanos }
const numberPoint = { ...point, asInt: is.int64, asDouble: is.number, $optional: ['asInt', 'asDouble'] }
const histogramPoint = {
  ...point,
  count: is.int64,
  sum: is.number,
  min: is.number,
  max: is.number,
  scale: is.int32,
  zeroCount: is.int64,
  zeroThreshold: is.number,
  positive: { offset: is.int32, bucketCounts: list(is.int64) },
}
const metric = {
  name: is.string,
  unit: is.string,
  sum: { aggregationTemporality: is.int32, isMonotonic: is.boolean, dataPoints: list(numberPoint) },
  gauge: { dataPoints: list(numberPoint) },
  exponentialHistogram: { aggregationTemporality: is.int32, dataPoints: list(histogramPoint) },
  $optional: ['sum', 'gauge', 'exponentialHistogram'],
}
const logRecord = {
  timeUnixNano: is.nanos,
  observedTimeUnixNano: is.nanos,
  severityNumber: is.int32,
  severityText: is.string,
  eventName: is.string,
  attributes,
}
const resource = { attributes }
const scope = { name: is.string }
const documents = {
  '/v1/logs': { resourceLogs: list({ resource, scopeLogs: list({ scope, logRecords: list(logRecord) }) }) },
  '/v1/metrics': { resourceMetrics: list({ resource, scopeMetrics: list({ scope, metrics: list(metric) }) }) },
}

/** Fails for a field that is unknown, is missing, or has another type. */
function check(shape, value, at) {
  if (typeof shape === 'function') return assert.ok(shape(value, at), `${at}: ${JSON.stringify(value)}`)
  const { $optional = [], $oneOf, ...fields } = shape
  for (const key of Object.keys(value)) {
    assert.ok(key in fields, `${at}.${key} is no field`)
    check(fields[key], value[key], `${at}.${key}`)
  }
  if ($oneOf) assert.equal(Object.keys(value).length, 1, at)
  else for (const key of Object.keys(fields)) assert.ok(key in value || $optional.includes(key), `${at}.${key} is missing`)
}

function format(beacon, options) {
  const requests = otlp(options)(JSON.stringify(beacon), 'https://otel.example:4318/')
  return Object.fromEntries(
    requests.map(({ url, body, type }) => {
      assert.equal(type, 'application/json')
      const { pathname, host } = new URL(url)
      assert.equal(host, 'otel.example:4318')
      const document = JSON.parse(body)
      check(documents[pathname], document, pathname)
      return [pathname, document]
    }),
  )
}

const plain = (attributes) => Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
const records = (documents) => documents['/v1/logs'].resourceLogs[0].scopeLogs[0].logRecords
const metrics = (documents) => documents['/v1/metrics'].resourceMetrics[0].scopeMetrics[0].metrics
const named = (documents, name) => metrics(documents).find((metric) => metric.name === name)

test('the documented beacon becomes valid OTLP', () => {
  const documents = format(documented())
  assert.deepEqual(plain(documents['/v1/logs'].resourceLogs[0].resource.attributes), {
    'service.name': 'shop',
    'service.version': '1.2.0',
    'session.id': 'ebfef7bdbc14eaa2',
    'telemetry.sdk.name': 'whippet',
    'telemetry.sdk.language': 'webjs',
    'browser.mobile': true,
    ...(globalThis.navigator?.language && { 'browser.language': navigator.language }),
    'device.type': 'tablet',
    'network.connection.subtype': '4g',
    'whippet.device.memory': 8,
    'whippet.sample_rate': 0.25,
  })
  for (const { sum, gauge, exponentialHistogram } of metrics(documents)) {
    assert.equal([sum, gauge, exponentialHistogram].filter(Boolean).length, 1)
    // AGGREGATION_TEMPORALITY_DELTA
    if (!gauge) assert.equal((sum ?? exponentialHistogram).aggregationTemporality, 1)
  }
})

test('members with a default are filled in', () => {
  const { navigation, device, ...beacon } = documented()
  const documents = format(beacon)
  assert.equal(plain(documents['/v1/logs'].resourceLogs[0].resource.attributes)['device.type'], 'desktop')
  const [vital] = records(documents)
  assert.equal(plain(vital.attributes)['browser.web_vital.navigation_type'], 'navigate')
  const phases = records(documents).find(({ eventName }) => eventName === 'browser.navigation_timing')
  assert.equal(plain(phases.attributes)['browser.navigation_timing.tls'], 0)
  assert.equal(named(documents, 'navigation.tls').exponentialHistogram.dataPoints[0].zeroCount, '1')
})

test('vitals are events with OpenTelemetry’s names, and a delta to the last value', () => {
  const beacon = documented()
  const formatted = otlp()
  const vital = (value) => {
    beacon.vitals = { LCP: { value, rating: 'good' } }
    const [{ body }] = formatted(JSON.stringify(beacon), 'https://otel.example')
    const [{ eventName, attributes }] = JSON.parse(body).resourceLogs[0].scopeLogs[0].logRecords
    assert.equal(eventName, 'browser.web_vital')
    return plain(attributes)
  }
  assert.deepEqual(vital(1000), {
    'browser.web_vital.name': 'lcp',
    'browser.web_vital.value': 1000,
    'browser.web_vital.delta': 1000,
    'browser.web_vital.rating': 'good',
    'browser.web_vital.id': 'f1375ac18077f7ec-LCP',
    'browser.web_vital.navigation_type': 'reload',
    'url.template': '/orders/:id',
    'whippet.view.id': 'f1375ac18077f7ec',
  })
  assert.equal(vital(1200)['browser.web_vital.delta'], 200)
})

test('errors become log records with their stack', () => {
  const record = records(format(documented())).find(({ eventName }) => eventName === 'exception')
  const attributes = plain(record.attributes)
  assert.equal(attributes['exception.type'], 'TypeError')
  assert.match(attributes['exception.stacktrace'], /^at buy/)
  assert.equal(attributes['whippet.exception.count'], '2')
  assert.equal(record.severityNumber, 17)
})

test('histograms keep their buckets, and runs of empty ones are expanded', () => {
  const [point] = named(format(documented()), 'query.fetch').exponentialHistogram.dataPoints
  assert.equal(point.count, '4')
  assert.deepEqual([point.scale, point.positive.offset, point.zeroCount], [5, 138, '1'])
  assert.equal(point.positive.bucketCounts.length, 139)
  assert.deepEqual(
    point.positive.bucketCounts.flatMap((count, place) => (count === '0' ? [] : [place])),
    [0, 10, 138],
  )
})

test('each single value is counted in the bucket whose bounds enclose it', () => {
  const values = [0, 0.25, 1, 1.0001, 3, 700, 12_345.6]
  const documents = format({ ...documented(), timings: { some: values, one: 8 } })
  const [{ positive, scale, zeroCount, sum, min, max }] = named(documents, 'some').exponentialHistogram.dataPoints
  const bound = (index) => 2 ** (index / 2 ** scale)
  const counts = positive.bucketCounts.map(Number)
  assert.equal(zeroCount, '1')
  assert.ok(counts.length <= 160)
  let cumulated = 0
  counts.forEach((count, place) => {
    const index = positive.offset + place
    const inside = values.filter((value) => value > bound(index) && value <= bound(index + 1)).length
    assert.equal(count, inside, `bucket ${index}`)
    cumulated += count
  })
  assert.equal(cumulated, 6)
  assert.deepEqual([sum, min, max], [values.reduce((a, b) => a + b), 0, 12_345.6])
  const [one] = named(documents, 'one').exponentialHistogram.dataPoints
  assert.deepEqual([one.positive.offset, one.positive.bucketCounts], [3 * 32 - 1, ['1']])
})

test('an empty beacon makes no request, and logs or metrics can be turned off', () => {
  const { v, id, session, view, app, page, navigation, device, sentAt, vitals } = documented()
  const head = { v, id, session, view, app, page, navigation, device, sentAt }
  assert.deepEqual(format(head), {})
  assert.deepEqual(Object.keys(format({ ...head, vitals })), ['/v1/logs'])
  assert.deepEqual(Object.keys(format(documented(), { logs: false })), ['/v1/metrics'])
  assert.deepEqual(Object.keys(format(documented(), { metrics: false })), ['/v1/logs'])
})

test('large counts are written without an exponent', () => {
  const documents = format({ ...documented(), counters: { many: 2 ** 53 - 1 } })
  assert.equal(named(documents, 'many').sum.dataPoints[0].asInt, '9007199254740991')
})
