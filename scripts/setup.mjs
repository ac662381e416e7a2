import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's folder; every script runs there. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')

/** Runs a program, shows its output, and returns true if it succeeded. */
export function run(program, args, options = {}) {
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: 'inherit', ...options })
  if (error) throw error
  return status === 0
}

/** Runs a program of a package in node_modules. */
export function runBin(name, args, options = {}) {
  return run(process.execPath, [binPath(name), ...args], options)
}

/** Runs a server until it ends, and returns its exit code. Forwards termination signals to the server. */
export async function serveBin(name, args, options = {}) {
  const child = spawn(process.execPath, [binPath(name), ...args], { cwd: root, stdio: 'inherit', ...options })
  // In a terminal, the server also receives the signal directly. Receiving it twice is harmless.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  const [code] = await once(child, 'exit')
  return code ?? 1
}

/** Ends the script with an error if the port is in use. */
export async function requireFreePort(port) {
  const server = createServer()
  try {
    await once(server.listen(Number(port)), 'listening')
  } catch ({ code, message }) {
    fail(
      code === 'EADDRINUSE'
        ? `Port ${port} is in use. Stop the program that uses it, or set PORT to another port.`
        : `PORT is ${port}: ${message}`,
    )
  }
  server.close()
  await once(server, 'close')
}

/** Returns the script of a program in node_modules, so that the current Node can run it without a shell. */
export function binPath(name) {
  // The file that it names as its bin has no extension, and Node 20.9 cannot load it.
  if (name === 'tsc') return path.join(root, 'node_modules/typescript-7/lib/tsc.js')
  const folder = path.join(root, 'node_modules', { biome: '@biomejs/biome', attw: '@arethetypeswrong/cli' }[name] ?? name)
  const { bin } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
  return path.join(folder, typeof bin === 'string' ? bin : bin[name])
}

/** Installs the dependencies if they are older than package-lock.json. */
export function installDependencies() {
  const installed = path.join(root, 'node_modules', '.package-lock.json')
  const lock = path.join(root, 'package-lock.json')
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return
  console.log('Installing dependencies …')
  const npm = process.env.npm_execpath
  // Hides warnings of npm, because a package that only the tests use requires a newer Node.
  const flags = ['ci', '--no-audit', '--no-fund', '--loglevel=error']
  const done = npm ? run(process.execPath, [npm, ...flags]) : run('npm', flags, { shell: true })
  if (!done) fail('npm ci failed. See its output above.')
}

/** Builds dist/ if a file of lib/ is newer. */
export function buildLibrary() {
  const built = path.join(root, 'dist', 'index.js')
  const since = existsSync(built) ? statSync(built).mtimeMs : 0
  const sources = readdirSync(path.join(root, 'lib'), { recursive: true }).map((name) => path.join(root, 'lib', name))
  if (sources.every((file) => statSync(file).mtimeMs <= since)) return
  if (!runBin('tsc', ['-p', 'tsconfig.build.json'])) fail('The build of the library failed. See its output above.')
}

/** Packs the library into a folder, and returns the path of the tarball. `npm pack` builds dist/ first. */
export function packTo(folder) {
  const stdio = ['ignore', 'ignore', 'inherit']
  if (!run('npm', ['pack', '--silent', '--pack-destination', folder], { stdio })) fail('npm pack failed. See its output above.')
  return path.join(
    folder,
    readdirSync(folder).find((name) => name.endsWith('.tgz')),
  )
}

/** Writes random secrets into the git-ignored .env.local if they are missing. */
export function ensureSecrets() {
  const file = path.join(root, '.env.local')
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  if (text && !text.endsWith('\n')) appendFileSync(file, '\n')
  for (const name of ['SESSION_SECRET', 'CRON_SECRET']) {
    if (process.env[name] === '') delete process.env[name] // Next would treat an empty value as set.
    if (process.env[name] || new RegExp(`^${name}=.`, 'm').test(text)) continue
    appendFileSync(file, `${name}=${randomBytes(32).toString('base64url')}\n`, { mode: 0o600 })
    console.log(`Wrote a new ${name} to .env.local.`)
  }
}

// A Chromium without a user interface. It loads a page in half of the time, but does not support device-bound sessions.
const headlessShell = 'chromium-headless-shell'

/**
 * Finds the servers and the browser of the tests, and returns Chromium's path. As root on Debian, installs those that are
 * missing. Otherwise, ends the script with a message that lists them.
 */
export function findTools() {
  const missing = (redis = 'redis-server') =>
    [
      hasPostgres() ? '' : 'postgresql',
      hasProgram('pgbouncer') ? '' : 'pgbouncer',
      hasProgram('redis-server') ? '' : redis,
      chromium() ? '' : 'chromium',
    ].filter(Boolean)
  // Either of the two is enough for the tests, because older versions of Debian have no headless shell.
  const browsers = process.env.CHROMIUM_PATH ? [] : [headlessShell, 'chromium'].filter((name) => !hasProgram(name))
  if (browsers.length + missing().length > 0 && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    aptGet('update')
    for (const name of browsers) install([name])
    if (missing().length > 0) install(missing())
  }
  if (missing().length > 0) {
    fail(
      `Missing: ${missing().join(', ')}. Install them (Debian: sudo apt-get install ${missing().join(' ')}; macOS: brew install ${missing('redis').join(' ')}), or set TEST_DATABASE_URL or CHROMIUM_PATH.`,
    )
  }
  return chromium()
}

function install(packages) {
  console.log(`Installing ${packages.join(' and ')} with apt-get …`)
  aptGet('install', '-y', '--no-install-recommends', ...packages)
}

function aptGet(...words) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return run('apt-get', ['-qq', ...words], { env, stdio: ['ignore', 'ignore', 'inherit'] })
}

/** Ends the script with an error message. */
export function fail(message) {
  console.error(message)
  process.exit(1)
}

function hasPostgres() {
  if (process.env.TEST_DATABASE_URL) return true
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).map((version) => path.join(debian, version, 'bin')) : []
  return [...versions, ...searchPath()].some((folder) => existsSync(path.join(folder, 'initdb')))
}

/** Also searches /usr/sbin, where Debian installs some servers. */
function hasProgram(name) {
  return [...searchPath(), '/usr/sbin'].some((folder) => existsSync(path.join(folder, name)))
}

function chromium() {
  const names = [headlessShell, 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
  const files = names.flatMap((name) => searchPath().map((folder) => path.join(folder, name)))
  const apps = [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ]
  return process.env.CHROMIUM_PATH ?? [...files, ...apps].find((file) => existsSync(file))
}

function searchPath() {
  return (process.env.PATH ?? '').split(path.delimiter).filter(Boolean)
}
