// Memory and CPU of the collector, beside Prometheus: both scrape the same targets, one after the other. One process serves all
// targets on loopback. Fails where the collector needs more than 1.5 times as much.
//
// Environment: WHIPPET_BINARY, PROMETHEUS; TARGETS, SERIES, INTERVAL (s), ROUNDS; CHANGED, the share of a target's routes that
// had requests since the scrape before.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const number = (name, usual) => Number(process.env[name] ?? usual)
const [targets, series, interval, rounds] = [
  number('TARGETS', 200),
  number('SERIES', 5000),
  number('INTERVAL', 15),
  number('ROUNDS', 8),
]
const changed = number('CHANGED', 0.1)
const MOST = 1.5
/** Clock ticks per second of `/proc/PID/stat`: USER_HZ, which is 100 on Linux. */
const TICKS = 100

const BOUNDS = ['0.005', '0.01', '0.025', '0.05', '0.1', '0.25', '0.5', '1', '2.5', '5', '10', '+Inf']
/** Series of a route: a histogram, its sum and count, a counter by status for two of them, a gauge. */
const PER_ROUTE = BOUNDS.length + 5
const routes = Math.ceil(series / PER_ROUTE)

const heads = Array.from({ length: routes }, (_, route) => {
  const labels = `method="GET",route="/api/v1/resource-${route}/{id}",instance="node-${route % 7}"`
  return {
    buckets: BOUNDS.map((le) => `http_request_duration_seconds_bucket{${labels},le="${le}"} `),
    sum: `http_request_duration_seconds_sum{${labels}} `,
    count: `http_request_duration_seconds_count{${labels}} `,
    ok: `http_requests_total{${labels},status="200"} `,
    failed: `http_requests_total{${labels},status="500"} `,
    active: `http_requests_active{${labels}} `,
  }
})

/** A random number that is the same in each run (mulberry32). */
let seed = 1
const random = () => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
}

/** The text of each route of each target, written anew when it had requests. */
class Target {
  counts = Array.from({ length: routes }, () => 0)
  texts = heads.map((_, route) => this.text(route))

  text(route) {
    const [head, count] = [heads[route], this.counts[route]]
    const share = (index) => Math.floor((count * (index + 1)) / BOUNDS.length)
    const lines = head.buckets.map((bucket, index) => bucket + (index === BOUNDS.length - 1 ? count : share(index)))
    lines.push(head.sum + (count * 0.123).toFixed(3), head.count + count, head.ok + count, head.failed + Math.floor(count / 100))
    lines.push(head.active + (count % 5), '')
    return lines.join('\n')
  }

  scrape() {
    for (let busy = Math.round(routes * changed); busy > 0; busy -= 1) {
      const route = Math.floor(random() * routes)
      this.counts[route] += 1 + Math.floor(random() * 50)
      this.texts[route] = this.text(route)
    }
    return `# TYPE http_request_duration_seconds histogram\n# TYPE http_requests_total counter\n# TYPE http_requests_active gauge\n${this.texts.join('')}`
  }
}

const served = Array.from({ length: targets }, () => new Target())
let scrapes = 0
const server = createServer((request, response) => {
  const target = served[Number(request.url.split('/')[1])]
  scrapes += 1
  response.writeHead(target ? 200 : 404, { 'content-type': 'text/plain; version=0.0.4' }).end(target?.scrape())
})
await new Promise((done) => server.listen(0, '127.0.0.1', done))
const { port } = server.address()

const folder = mkdtempSync(join(tmpdir(), 'whippet-bench-'))
const indices = Array.from({ length: targets }, (_, index) => index)

const whippet = () => {
  const tables = indices.map((index) => `[[target]]\nname = "t${index}"\nurl = "http://127.0.0.1:${port}/${index}"\n`)
  writeFileSync(join(folder, 'whippet.toml'), tables.join('\n'))
  const binary = process.env.WHIPPET_BINARY ?? 'target/release/whippet'
  const options = ['--listen', '127.0.0.1:0', '--data', join(folder, 'whippet'), '--scrape-interval', `${interval}s`]
  return spawn(binary, ['serve', '--config', join(folder, 'whippet.toml'), ...options], { stdio: 'ignore' })
}

const prometheus = () => {
  const jobs = indices.map((index) => ({
    job_name: `t${index}`,
    metrics_path: `/${index}`,
    static_configs: [{ targets: [`127.0.0.1:${port}`] }],
  }))
  const config = {
    global: { scrape_interval: `${interval}s`, scrape_timeout: `${Math.min(interval, 10)}s` },
    scrape_configs: jobs,
  }
  writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(config))
  const options = [`--config.file=${join(folder, 'prometheus.yml')}`, `--storage.tsdb.path=${join(folder, 'tsdb')}`]
  return spawn(process.env.PROMETHEUS ?? 'prometheus', [...options, '--web.listen-address=127.0.0.1:0'], { stdio: 'ignore' })
}

/** CPU seconds and resident bytes of a process. */
const usage = (pid) => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const resident = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return { cpu: (Number(fields[11]) + Number(fields[12])) / TICKS, memory: Number(resident[1]) * 1024 }
}

/** Two rounds to begin with, in which all series are new; then `rounds` that are measured. */
const measure = async (name, start) => {
  const child = start()
  const failed = new Promise((_, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code}`)))
  })
  failed.catch(() => {})
  const wait = (seconds) => Promise.race([sleep(seconds * 1000), failed])
  try {
    await wait(2 * interval + 1)
    const [before, scraped] = [usage(child.pid), scrapes]
    let [sum, most, count] = [0, 0, 0]
    for (let second = 0; second < rounds * interval; second += 1) {
      await wait(1)
      const { memory } = usage(child.pid)
      ;[sum, most, count] = [sum + memory, Math.max(most, memory), count + 1]
    }
    const cpu = usage(child.pid).cpu - before.cpu
    return { name, cpu: cpu / (rounds * interval), start: before.cpu, mean: sum / count, most, scrapes: scrapes - scraped }
  } finally {
    child.removeAllListeners('exit')
    const ended = new Promise((done) => child.once('exit', done))
    child.kill('SIGTERM')
    await Promise.race([ended, sleep(20_000)])
    child.kill('SIGKILL')
  }
}

try {
  const results = [await measure('whippet', whippet), await measure('prometheus', prometheus)]
  console.log(
    `${targets} targets of ${routes * PER_ROUTE} series, every ${interval} s, ${changed * 100} % of the routes busy, ${rounds} rounds`,
  )
  console.log('             scrapes   CPU of a core   first two rounds   memory, mean   memory, most')
  const mib = (bytes) => `${(bytes / 2 ** 20).toFixed(0)} MiB`
  for (const { name, cpu, start, mean, most, scrapes: count } of results) {
    console.log(
      name.padEnd(12) +
        String(count).padStart(8) +
        `${(cpu * 100).toFixed(1)} %`.padStart(16) +
        `${start.toFixed(1)} s`.padStart(19) +
        mib(mean).padStart(15) +
        mib(most).padStart(15),
    )
  }
  const [own, other] = results
  const ratios = { cpu: own.cpu / other.cpu, memory: own.most / other.most }
  console.log(`ratio: CPU ${ratios.cpu.toFixed(2)}, memory ${ratios.memory.toFixed(2)}; at most ${MOST}`)
  if (own.scrapes < other.scrapes * 0.95) {
    throw new Error('the collector scraped less often than Prometheus')
  }
  if (Math.max(ratios.cpu, ratios.memory) > MOST) {
    process.exitCode = 1
  }
} finally {
  server.close()
  server.closeAllConnections()
  rmSync(folder, { recursive: true, force: true })
}
