// Fastify with fastify-metrics, set up as its README does.
import fastify from 'fastify'
import metrics from 'fastify-metrics'
import { item, PORT, slow } from './shop.mjs'

const app = fastify()
await app.register(metrics.default ?? metrics, { endpoint: '/metrics' })
app.get('/items/:id', async (request, reply) => reply.code(await item(Number(request.params.id))).send({}))
app.post('/items', async (_, reply) => reply.code(201).send({}))
app.get('/invalid', async (_, reply) => reply.code(400).send({}))
app.get('/slow', async (_, reply) => reply.code(await slow()).send({}))
app.get('/fail', async () => {
  throw new Error('as asked')
})
await app.listen({ port: PORT, host: '127.0.0.1' })
