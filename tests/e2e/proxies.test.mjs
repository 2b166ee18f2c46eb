// The collector behind nginx and Caddy, with the files of `packaging`: TLS, a token, and the dashboard below a path.
import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { after, before, test } from 'node:test'
import { eventually, launch, noFaults, open } from './browser.mjs'
import { freePort } from './free-port.mjs'

const packaging = fileURLToPath(new URL('../../packaging/', import.meta.url))
const TOKEN = 'a-token-of-the-proxies'
const login = { username: 'whippet', password: TOKEN }

const started = []
let browser, folder, collector

/** Starts a program that ends with this file. Its output is shown where it ends early. */
function start(program, options, settings = {}) {
  const child = spawn(program, options, { stdio: ['ignore', 'pipe', 'pipe'], ...settings })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text))
  started.push(child)
  return { child, output: () => output }
}

async function listening(server, url) {
  await eventually(`${url} answers`, async () => {
    assert.equal(server.child.exitCode, null, server.output())
    return (await ask(url).catch(() => undefined)) !== undefined
  })
}

/** The status and the text of an answer; certificates of a test's own making are good. */
function ask(url, { method = 'GET', headers = {}, body } = {}) {
  if (url.startsWith('http:')) {
    return fetch(url, { method, headers, body }).then(async (answer) => [answer.status, await answer.text()])
  }
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, rejectUnauthorized: false }, (answer) => {
      let text = ''
      answer.on('data', (chunk) => (text += chunk)).on('end', () => resolve([answer.statusCode, text]))
    })
    sent.on('error', reject).end(body)
  })
}

async function serve(name, options) {
  const port = await freePort()
  const data = path.join(folder, name)
  const server = start(
    process.env.WHIPPET_BINARY ?? 'target/debug/whippet',
    ['serve', '--listen', `127.0.0.1:${port}`, '--data', data, ...options],
    { env: { ...process.env, WHIPPET_TOKEN: TOKEN } },
  )
  await listening(server, `http://127.0.0.1:${port}/healthz`)
  return port
}

function isThere(program, question) {
  return spawnSync(program, question).error === undefined
}

/** The lines of an example that are commented out, as they are used. */
function uncommented(text, first, last) {
  const lines = text.split('\n')
  const begin = lines.findIndex((line) => line.replace(/^#\s*/, '').startsWith(first) && line.startsWith('#'))
  const end = lines.findIndex((line, place) => place > begin && line.replace(/^#\s*/, '') === last)
  assert.ok(begin >= 0 && end > begin, `${first} is not in the example`)
  return lines
    .slice(begin, end + 1)
    .map((line) => line.replace(/^#/, ''))
    .join('\n')
}

before(async () => {
  browser = await launch()
  folder = await mkdtemp(path.join(tmpdir(), 'whippet-proxies-'))
  const key = ['-keyout', path.join(folder, 'key.pem'), '-out', path.join(folder, 'fullchain.pem')]
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost']
  execFileSync('openssl', [...made, '-addext', 'subjectAltName=DNS:localhost', ...key], { stdio: 'ignore' })
  collector = await serve('data', ['--trust-proxy', '1'])
})

after(async () => {
  await browser?.close()
  await Promise.all(
    started.map(
      (child) =>
        child.exitCode ??
        new Promise((resolve) => {
          child.once('exit', resolve)
          child.kill()
        }),
    ),
  )
  await rm(folder, { recursive: true, force: true })
})

/** What a visitor and a page do at `root`, where the dashboard is. */
async function works(root) {
  assert.equal((await ask(`${root}/api/status`))[0], 401, 'the token is asked for')
  const sent = { v: 1, id: crypto.randomUUID(), session: 's', view: 'v', app: 'shop', page: '/', sentAt: Date.now() }
  const [status, text] = await ask(`${root}/v1/beacons`, { method: 'POST', body: JSON.stringify(sent) })
  assert.equal(status, 204, text)

  const page = await open(browser, `${root}/`, { ignoreHTTPSErrors: true, httpCredentials: login })
  await page.getByText('Whippet 0.1.0').waitFor()
  const base = new URL(`${root}/`).pathname
  // A link, without loading the page again.
  await page.evaluate(() => (window.stays = true))
  await page.getByRole('navigation').getByRole('link', { name: 'Web Vitals' }).click()
  await page.waitForURL((url) => url.pathname === `${base}vitals`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  const link = page.getByRole('link', { name: 'Web Vitals' })
  await eventually('the page that is marked', async () => (await link.getAttribute('aria-current')) === 'page')
  // The range is in the address, below the same path.
  await page.getByLabel('Range').selectOption('6h')
  await page.waitForURL((url) => url.pathname === `${base}vitals` && url.searchParams.get('range') === '6h')
  assert.equal(await page.evaluate(() => window.stays), true)
  await page.goBack()
  noFaults(page)
  // Straight to a page, also with a slash behind it.
  for (const deep of ['errors', 'errors/']) {
    await page.goto(`${root}/${deep}`)
    await page.getByText('Whippet 0.1.0').waitFor()
    await page.getByRole('heading', { level: 1 }).waitFor()
  }
  noFaults(page)
  await page.context().close()
}

test('nginx, with the files of packaging', async (t) => {
  if (!isThere('nginx', ['-v'])) return t.skip('there is no nginx')
  const port = await freePort()
  const example = await readFile(path.join(packaging, 'nginx.conf'), 'utf8')
  const below = uncommented(example, 'location /whippet/', '}')
  const site = example
    .replace('server 127.0.0.1:7300;', `server 127.0.0.1:${collector};`)
    .replace('listen 443 ssl;', `listen 127.0.0.1:${port} ssl;`)
    .replace('listen [::]:443 ssl;', '')
    .replaceAll('/etc/ssl/whippet/', `${folder}/`)
    .replace('    location / {', `${below}\n    location / {`)
    .replaceAll('/etc/nginx/whippet-proxy.conf', path.join(packaging, 'nginx-proxy.conf'))
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`)
  const file = path.join(folder, 'nginx.conf')
  const whole = `pid ${folder}/nginx.pid; events {} http { access_log off; ${temporary.join(' ')}\n${site}\n}\n`
  await writeFile(file, whole)
  const options = ['-e', 'stderr', '-c', file, '-g', 'daemon off;']
  const checked = spawnSync('nginx', ['-t', ...options], { encoding: 'utf8' })
  assert.equal(checked.status, 0, checked.stderr)
  const server = start('nginx', options)
  const site_url = `https://localhost:${port}`
  await listening(server, `${site_url}/healthz`)
  await works(site_url)
  await works(`${site_url}/whippet`)
})

test('Caddy, with the file of packaging', async (t) => {
  if (!isThere('caddy', ['version'])) return t.skip('there is no Caddy')
  const port = await freePort()
  const example = await readFile(path.join(packaging, 'Caddyfile'), 'utf8')
  const below = uncommented(example, 'redir /whippet', '}')
  const tls = `tls ${folder}/fullchain.pem ${folder}/key.pem`
  const site = example
    .replace(
      'rum.example.com {',
      `{\n\tadmin off\n\tauto_https off\n}\nhttps://localhost:${port} {\n\tbind 127.0.0.1\n\t${tls}\n${below}`,
    )
    .replaceAll('127.0.0.1:7300', `127.0.0.1:${collector}`)
  const file = path.join(folder, 'Caddyfile')
  await writeFile(file, site)
  const settings = { env: { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder } }
  const options = ['--config', file, '--adapter', 'caddyfile']
  const checked = spawnSync('caddy', ['validate', ...options], { encoding: 'utf8', ...settings })
  assert.equal(checked.status, 0, checked.stderr)
  const server = start('caddy', ['run', ...options], settings)
  const site_url = `https://localhost:${port}`
  await listening(server, `${site_url}/healthz`)
  await works(site_url)
  await works(`${site_url}/whippet`)
})

test('a proxy that leaves its path in the requests', async () => {
  const port = await serve('kept', ['--base-path', '/kept/'])
  await works(`http://localhost:${port}/kept`)
  const answer = await fetch(`http://localhost:${port}/kept`, { redirect: 'manual' })
  assert.equal(answer.headers.get('location'), '/kept/')
})
