// A project of its own in a temporary folder, with the package as its users get it: packed, and installed from npm's
// registry beside TanStack's adapters.
import { execFile } from 'node:child_process'
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

const here = import.meta.dirname
const root = path.join(here, '../..')
const run = promisify(execFile)

/** What an application with React needs. */
export const react = { '@tanstack/react-query': '5.108.0', react: '19.3.1', 'react-dom': '19.3.1' }

/** How `@tanstack/query-core` comes to be ours, where that is said to npm and not to a bundler: a dependency … */
export const standIn = { '@tanstack/query-core': 'file:./whippet-query-core.tgz' }
/** … that the override names. A file named in the override itself npm seeks elsewhere once a core is installed. */
export const override = { overrides: { '@tanstack/query-core': '$@tanstack/query-core' } }

/**
 * Installs `packages` and whippet; `manifest` is what else package.json says. Where `install` is a function, it installs
 * by other means than npm. What a tool prints comes with the error where it fails.
 */
export async function project(packages, manifest = {}, install = npmInstall) {
  const folder = await mkdtemp(path.join(tmpdir(), 'whippet-adapters-'))
  const inside = (...parts) => path.join(folder, ...parts)
  const made = {
    folder,
    inside,
    write: (file, text) => writeFile(inside(file), text),
    run: (program, ...args) => execute(folder, program, args),
    /** A program that a package brought. */
    bin: (name, ...args) => execute(folder, inside('node_modules/.bin', name), args),
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }),
  }
  await cp(path.join(here, 'app'), folder, { recursive: true })
  for (const [from, name] of [
    ['pkg', 'whippet'],
    ['pkg/query-core', 'whippet-query-core'],
  ]) {
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: path.join(root, from) })
    await cp(inside(JSON.parse(stdout)[0].filename), inside(`${name}.tgz`))
  }
  await made.write(
    'package.json',
    JSON.stringify({
      name: 'application',
      private: true,
      type: 'module',
      dependencies: { whippet: 'file:./whippet.tgz', ...packages },
      ...manifest,
    }),
  )
  await install(made)
  return made
}

function npmInstall({ run }) {
  return run('npm', 'install', '--prefer-offline', '--no-audit', '--no-fund')
}

async function execute(cwd, program, args) {
  const env = { ...process.env, CI: '1', NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: '' }
  // Else a runner that is started here takes itself for a part of this one.
  delete env.NODE_TEST_CONTEXT
  delete env.NODE_ENV
  try {
    const { stdout } = await run(program, args, { cwd, env, maxBuffer: 1 << 26 })
    return stdout
  } catch (error) {
    throw new Error(`${path.basename(program)} ${args.join(' ')}: ${error.message}\n${error.stdout}\n${error.stderr}`)
  }
}

/** The folders of all packages that stand where `@tanstack/query-core` is looked for, in a folder. */
export async function cores(folder) {
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  return found
    .filter((entry) => entry.name === 'query-core' && path.basename(entry.parentPath) === '@tanstack')
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
}

/** The compiler of this workspace. */
export const tsc = path.join(path.dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')
