// Ports for programs that have to be told one.
import { createServer } from 'node:net'

/**
 * A port that nobody listens on. It is below those that the system gives to connections, and to servers that take any: nobody else
 * has it by the time the program listens.
 */
export function freePort() {
  return new Promise((resolve) => {
    const port = 10_000 + Math.floor(Math.random() * 20_000)
    const probe = createServer().on('error', () => resolve(freePort()))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(port)))
  })
}
