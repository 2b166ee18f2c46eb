// Records what a library prints: `node tests/exporters/record.mjs NAME…`, or no name for all. Starts the application or server,
// sends it the traffic below, and writes its metrics to `texts/NAME.1.txt` and, after more traffic, to `texts/NAME.2.txt`.
// README.md says how to install what is needed.
import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { hostname, release, version } from 'node:os'
import { EXPORTERS } from './exporters.mjs'

const PORT = Number(process.env.PORT ?? 7650)
/** What the collector asks for. */
const ACCEPT = 'text/plain;version=0.0.4,application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.1'
const here = new URL('.', import.meta.url).pathname
/** One request on a connection of its own: a server that fails may close one that is kept. */
const send = (method, url, headers = {}) =>
  new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false }, async (answer) => {
      let text = ''
      for await (const part of answer.setEncoding('utf8')) text += part
      resolve({ status: answer.statusCode, text })
    })
    sent.on('error', reject).end()
  })
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** How often each request is sent before the first text, and between the two. `tests/exporters` knows the second column. */
const REQUESTS = [
  ['GET', '/items/ID', 12, 60],
  ['POST', '/items', 2, 10],
  ['GET', '/items/1000', 2, 8],
  ['GET', '/invalid', 1, 4],
  ['GET', '/slow', 2, 6],
  ['GET', '/fail', 1, 5],
  ['GET', '/nowhere', 1, 3],
]

async function http(base, round) {
  const waiting = REQUESTS.flatMap(([method, path, ...times]) =>
    Array.from({ length: times[round] }, (_, index) => [method, path.replace('ID', String((index % 6) + 1))]),
  )
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      await send(next[0], base + next[1])
    }
  }
  await Promise.all([lane(), lane(), lane()])
}

async function text(url) {
  const answer = await send('GET', url, { accept: ACCEPT })
  if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}`)
  // What is this machine's own is of no interest.
  const own = [
    [release(), '6.1.0'],
    [version(), '#1 SMP'],
    [hostname(), 'host'],
    [process.cwd(), ''],
  ]
  return own.reduce((text, [from, to]) => (from.length > 3 ? text.replaceAll(from, to) : text), answer.text)
}

/** The text without the series that `pattern` fits, and without the families that have none left. */
function without(text, pattern) {
  if (!pattern) return text
  const lines = text.split('\n').filter((line) => line.startsWith('#') || !pattern.test(line))
  const names = new Set(
    lines.filter((line) => !line.startsWith('#')).map((line) => line.match(/^[\w:]*/)[0].replace(/_(bucket|sum|count)$/, '')),
  )
  const has = (line) => names.has(line.split(' ')[2]?.replace(/_(bucket|sum|count)$/, ''))
  return lines.filter((line) => !/^# (HELP|TYPE) /.test(line) || has(line)).join('\n')
}

async function ready(url, children) {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    const gone = children.find((child) => child.exitCode !== null)
    if (gone) throw new Error(`${gone.spawnargs.join(' ')} ended: install what README.md says, and look at its output`)
    try {
      return await text(url)
    } catch {
      await sleep(100)
    }
  }
  throw new Error(`${url} did not answer within a minute`)
}

async function record(name) {
  const exporter = EXPORTERS[name](PORT)
  const children = []
  try {
    for (const { command, env, wait } of exporter.commands) {
      const options = {
        cwd: here,
        env: { ...process.env, PORT: String(PORT), ...env },
        stdio: process.env.LOUD ? 'inherit' : 'ignore',
      }
      children.push(spawn(command[0], command.slice(1), options))
      if (wait) await ready(wait, children)
    }
    const base = `http://127.0.0.1:${PORT}`
    const metrics = exporter.metrics ?? `${base}/metrics`
    await ready(metrics, children)
    const by = `# printed by ${await exporter.version()}\n`
    for (const round of [0, 1]) {
      await (exporter.traffic ?? http)(base, round)
      // One request is under way while the text is read.
      const under = exporter.traffic ? null : send('GET', `${base}/slow`)
      await sleep(exporter.settle ?? 100)
      const path = `${here}texts/${name}.${round + 1}.txt`
      await writeFile(path, by + without(await text(metrics), exporter.leaveOut))
      await under
      if (round === 0) await sleep(exporter.apart ?? 1000)
    }
    console.log(`${name}: ${by.trim()}`)
  } finally {
    for (const child of children.reverse()) {
      child.kill('SIGTERM')
      await Promise.race([new Promise((resolve) => child.once('exit', resolve)), sleep(5000)])
      child.kill('SIGKILL')
    }
  }
}

const names = process.argv.slice(2)
for (const name of names.length ? names : Object.keys(EXPORTERS)) {
  if (!EXPORTERS[name]) throw new Error(`no exporter ${name}; there are ${Object.keys(EXPORTERS).join(', ')}`)
  await record(name).catch((error) => {
    console.error(`${name}: ${error.message}`)
    process.exitCode = 1
  })
}
