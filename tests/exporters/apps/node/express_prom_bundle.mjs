// Express with express-prom-bundle, set up as its README does.
import express from 'express'
import bundle from 'express-prom-bundle'
import { item, PORT, slow } from './shop.mjs'

const app = express()
app.use(bundle({ includeMethod: true, includePath: true, includeUp: true, promClient: { collectDefaultMetrics: {} } }))
app.get('/items/:id', async (request, response) => response.status(await item(Number(request.params.id))).json({}))
app.post('/items', (_, response) => response.status(201).json({}))
app.get('/invalid', (_, response) => response.status(400).json({}))
app.get('/slow', async (_, response) => response.status(await slow()).json({}))
app.get('/fail', (_, response) => response.status(500).json({}))
app.listen(PORT, '127.0.0.1')
