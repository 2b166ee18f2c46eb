// prom-client: its default metrics, and a histogram and a summary as its README declares them.
import { createServer } from 'node:http'
import client from 'prom-client'
import { item, PORT, slow } from './shop.mjs'

client.collectDefaultMetrics()
const duration = new client.Histogram({
  name: 'http_request_duration_ms',
  help: 'Duration of HTTP requests in ms',
  labelNames: ['method', 'route', 'code'],
  buckets: [1, 5, 10, 15, 50, 100, 200, 300, 400, 500, 1000],
})
const queries = new client.Summary({
  name: 'db_query_duration_seconds',
  help: 'Time of queries',
  labelNames: ['operation'],
  percentiles: [0.5, 0.95, 0.99],
})

const routes = {
  'GET /items/:id': (id) => item(Number(id)),
  'POST /items': async () => 201,
  'GET /invalid': async () => 400,
  'GET /slow': slow,
  'GET /fail': async () => 500,
}

createServer(async (request, response) => {
  if (request.url === '/metrics') {
    response.setHeader('content-type', client.register.contentType)
    return response.end(await client.register.metrics())
  }
  const [, path, id] = request.url.split('/')
  const route = id ? `/${path}/:id` : `/${path}`
  const began = performance.now()
  const timer = queries.startTimer({ operation: 'select' })
  const status = (await routes[`${request.method} ${route}`]?.(id)) ?? 404
  if (status === 200) timer()
  duration.labels(request.method, route, String(status)).observe(performance.now() - began)
  response.writeHead(status).end()
}).listen(PORT, '127.0.0.1')
