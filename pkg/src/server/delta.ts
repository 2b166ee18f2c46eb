import { Answers } from './answer.js'
import { respond } from './fetch.js'
import { intercept, type NodeRequest, type NodeResponse } from './node.js'
import type { DeltaOptions } from './options.js'
import type { DeltaStats } from './stats.js'

/** A handler of `Request`, with whatever else its platform gives it. */
export type FetchHandler<Rest extends unknown[] = any[]> = (request: Request, ...rest: Rest) => Response | Promise<Response>

/** A handler of Node's `http`. */
export type NodeHandler = (request: any, response: any, ...rest: any[]) => unknown

/** What keeps the last bodies, and answers with what changed. */
export interface Delta {
  /** The response that is sent for `response`: for middleware that has both. */
  respond(request: Request, response: Response): Promise<Response>
  /** Wraps a handler of `Request`: Bun, Deno, workers, Next's route handlers. */
  fetch<Rest extends unknown[]>(handler: FetchHandler<Rest>): (request: Request, ...rest: Rest) => Promise<Response>
  /** Wraps a handler of Node's `http`. */
  node(handler: NodeHandler): NodeHandler
  /** Middleware of Express, Connect and the like. */
  middleware(request: any, response: any, next: (error?: unknown) => void): void
  /** What was sent, and what was spared. */
  stats(): DeltaStats
}

/**
 * Keeps the last bodies of each URL, within a bound, and answers a refetch with what changed.
 *
 * ```js
 * const delta = createDelta()
 * createServer(delta.node((request, response) => response.end(body)))   // Node
 * app.use(delta.middleware)                                             // Express
 * export default { fetch: delta.fetch(handler) }                        // Bun, Deno, workers
 * ```
 */
export function createDelta(options: DeltaOptions = {}): Delta {
  const answers = new Answers(options)
  const middleware = (request: NodeRequest, response: NodeResponse, next: (error?: unknown) => void) => {
    intercept(answers, request, response)
    next()
  }
  return {
    respond: (request, response) => respond(answers, request, response),
    fetch:
      (handler) =>
      async (request, ...rest) =>
        respond(answers, request, await handler(request, ...rest)),
    node:
      (handler) =>
      (request, response, ...rest) => {
        intercept(answers, request, response)
        return handler(request, response, ...rest)
      },
    middleware,
    stats: () => answers.stats(),
  }
}
