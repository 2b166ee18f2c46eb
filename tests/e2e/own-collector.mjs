// A collector that one test file, or one test, has for itself.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { eventually } from './browser.mjs'

/** Starts one with nothing in it. `options` may be a function of its data folder. Resolves to its address, and to what ends it. */
export async function ownCollector(options = []) {
  const data = mkdtempSync(path.join(tmpdir(), 'whippet-e2e-'))
  const binary = process.env.WHIPPET_BINARY ?? 'target/debug/whippet'
  const more = typeof options === 'function' ? options(data) : options
  const server = spawn(binary, ['serve', '--listen', '127.0.0.1:0', '--data', data, ...more], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const gone = once(server, 'exit')
  const end = async () => {
    server.kill('SIGKILL')
    // Until then it may still write into the folder, and what is not empty cannot be removed.
    await gone
    rmSync(data, { recursive: true, force: true })
  }
  let log = ''
  server.stderr.on('data', (chunk) => (log += chunk))
  try {
    const [, address] = await eventually('its address', () => {
      assert.equal(server.exitCode, null, log)
      return /dashboard at (http:\S+?)\/?,/.exec(log)
    })
    return { address, end }
  } catch (error) {
    await end()
    throw error
  }
}
