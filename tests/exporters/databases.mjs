// PostgreSQL and MariaDB with their exporters, from Debian.
import { execFile, execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const versions = async (packages) =>
  (await run('dpkg-query', ['-W', '-f', '${Package} ${Version}, ', ...packages])).stdout.replace(/, $/, ' (Debian)')
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** A folder of the database's own user: neither server runs as root. */
function scratch(user) {
  const folder = mkdtempSync(join(tmpdir(), 'exporters-'))
  chmodSync(folder, 0o755)
  execFileSync('chown', [user, folder])
  return folder
}

const as = (user, command) => ['runuser', '-u', user, '--', ...command]

/** Statements between the two texts: some find their rows in memory, one fails, one is rolled back. */
const SQL = (round) => `
CREATE TABLE IF NOT EXISTS items (id INTEGER, name VARCHAR(20));
${"INSERT INTO items VALUES (1, 'one');\n".repeat(round ? 50 : 10)}
${'SELECT count(*) FROM items;\n'.repeat(round ? 200 : 20)}
BEGIN; DELETE FROM items; ROLLBACK;
`

export const DATABASES = {
  'postgres-exporter': (port) => {
    const root = '/usr/lib/postgresql'
    const bin = existsSync(root) ? `${root}/${readdirSync(root).at(-1)}/bin` : root
    const folder = scratch('postgres')
    execFileSync(...split(as('postgres', [`${bin}/initdb`, '-D', `${folder}/data`, '-A', 'trust'])))
    const psql = (...more) => as('postgres', ['psql', '-q', '-h', '127.0.0.1', '-p', String(port + 1), ...more])
    return {
      commands: [
        {
          command: as('postgres', [
            `${bin}/postgres`,
            '-D',
            `${folder}/data`,
            '-p',
            String(port + 1),
            '-k',
            folder,
            '-h',
            '127.0.0.1',
          ]),
        },
        {
          command: ['prometheus-postgres-exporter', `--web.listen-address=127.0.0.1:${port}`],
          env: { DATA_SOURCE_NAME: `postgresql://postgres@127.0.0.1:${port + 1}/postgres?sslmode=disable` },
        },
      ],
      settle: 1500,
      // Hundreds of settings, all alike.
      leaveOut: /^pg_settings_(?!max_connections|shared_buffers)/,
      traffic: async (_, round) => {
        for (let attempt = 0; ; attempt += 1) {
          try {
            execFileSync(...split(psql('-c', 'SELECT 1')), { stdio: 'ignore' })
            break
          } catch (error) {
            if (attempt > 100) throw error
            await sleep(100)
          }
        }
        execFileSync(...split(psql()), { input: SQL(round), stdio: ['pipe', 'ignore', 'ignore'] })
      },
      version: () => versions(['prometheus-postgres-exporter', 'postgresql']),
    }
  },

  'mysqld-exporter': (port) => {
    const folder = scratch('mysql')
    const data = `--datadir=${folder}/data`
    execFileSync(
      ...split(as('mysql', ['mariadb-install-db', '--no-defaults', data, '--auth-root-authentication-method=normal'])),
      { stdio: 'ignore' },
    )
    const socket = `--socket=${folder}/socket`
    return {
      commands: [
        {
          command: as('mysql', [
            '/usr/sbin/mariadbd',
            '--no-defaults',
            data,
            socket,
            `--port=${port + 1}`,
            '--bind-address=127.0.0.1',
            '--slow-query-log=1',
            '--long-query-time=0.2',
            `--pid-file=${folder}/pid`,
          ]),
        },
        {
          command: ['prometheus-mysqld-exporter', `--web.listen-address=127.0.0.1:${port}`],
          env: { DATA_SOURCE_NAME: `root@tcp(127.0.0.1:${port + 1})/` },
        },
      ],
      settle: 1500,
      // Hundreds of settings and of counters that are all zero.
      leaveOut:
        /^mysql_(global_variables_(?!max_connections|innodb_buffer_pool_size|version)|info_schema_|\w+ 0$|global_status_(commands|handlers)_total\{.* 0$)/,
      traffic: async (_, round) => {
        const mariadb = ['mariadb', ['--no-defaults', socket, '-u', 'root', '--force']]
        for (let attempt = 0; ; attempt += 1) {
          try {
            execFileSync(mariadb[0], [...mariadb[1], '-e', 'CREATE DATABASE IF NOT EXISTS shop'], { stdio: 'ignore' })
            break
          } catch (error) {
            if (attempt > 100) throw error
            await sleep(100)
          }
        }
        const slow = 'SELECT sleep(0.25);\n'.repeat(round ? 3 : 1)
        execFileSync(mariadb[0], [...mariadb[1], 'shop'], { input: SQL(round) + slow, stdio: ['pipe', 'ignore', 'ignore'] })
      },
      version: () => versions(['prometheus-mysqld-exporter', 'mariadb-server']),
    }
  },
}

/** A command as `execFileSync` takes it. */
function split([program, ...words]) {
  return [program, words]
}
