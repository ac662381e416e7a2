import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's folder; every script runs there. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')

/** Runs a program to its end, its output shown, and answers whether it succeeded. */
export function run(program, args, options = {}) {
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: 'inherit', ...options })
  if (error) throw error
  return status === 0
}

/** Runs a program that a package in node_modules brings. */
export function runBin(name, args, options = {}) {
  return run(process.execPath, [binPath(name), ...args], options)
}

/** The script of a program that a package in node_modules brings: started by this very Node, without a shell. */
export function binPath(name) {
  const folder = path.join(
    root,
    'node_modules',
    { biome: '@biomejs/biome', attw: '@arethetypeswrong/cli', tsc: 'typescript' }[name] ?? name,
  )
  const { bin } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
  return path.join(folder, typeof bin === 'string' ? bin : bin[name])
}

/** Installs the dependencies, unless they stand as package-lock.json says. */
export function installDependencies() {
  const installed = path.join(root, 'node_modules', '.package-lock.json')
  const lock = path.join(root, 'package-lock.json')
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return
  console.log('Installing dependencies …')
  const npm = process.env.npm_execpath
  const done = npm
    ? run(process.execPath, [npm, 'ci', '--no-audit', '--no-fund'])
    : run('npm', ['ci', '--no-audit', '--no-fund'], { shell: true })
  if (!done) fail('npm ci failed; its output above says why.')
}

/** Writes a secret of this machine's own into the git-ignored .env.local, unless there is one. */
export function ensureSecret() {
  const file = path.join(root, '.env.local')
  const known = process.env.SESSION_SECRET || (existsSync(file) && /^SESSION_SECRET=./m.test(readFileSync(file, 'utf8')))
  if (known) return
  appendFileSync(file, `SESSION_SECRET=${randomBytes(32).toString('base64url')}\n`, { mode: 0o600 })
  console.log('Wrote a new SESSION_SECRET to .env.local.')
}

/** Finds PostgreSQL and Chromium, or installs them on Debian as root; else says in one line what is missing. Answers Chromium's path. */
export function findTools() {
  const missing = () => [hasPostgres() ? '' : 'postgresql', chromium() ? '' : 'chromium'].filter(Boolean)
  if (missing().length > 0 && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log(`Installing ${missing().join(' and ')} with apt-get …`)
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    const quiet = { env, stdio: ['ignore', 'ignore', 'inherit'] }
    run('apt-get', ['update', '-qq'], quiet)
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing()], quiet)
  }
  if (missing().length > 0) {
    fail(
      `Missing: ${missing().join(', ')}. Install them (Debian: sudo apt-get install ${missing().join(' ')}; macOS: brew install ${missing().join(' ')}), or set TEST_DATABASE_URL or CHROMIUM_PATH.`,
    )
  }
  return chromium()
}

/** Ends the script with one line that says what is wrong. */
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

function chromium() {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
  const places = searchPath().flatMap((folder) => names.map((name) => path.join(folder, name)))
  const apps = [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ]
  return process.env.CHROMIUM_PATH ?? [...places, ...apps].find((place) => existsSync(place))
}

function searchPath() {
  return (process.env.PATH ?? '').split(path.delimiter).filter(Boolean)
}
