// Builds new Next.js apps with the packed library, and with the files of examples/minimal, which the README shows, or those of
// `coatcheck init`.
import { spawnSync } from 'node:child_process'
import { appendFileSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { root, run } from './setup.mjs'

const minimal = path.join(root, 'examples', 'minimal')
/** The standalone server, outside of the app's folder as in a container, so that it does not find the app's node_modules. */
const standaloneServer = '../standalone/server.js'
/** The files that differ between the kinds of app. They are deleted before the next kind, because init never overwrites a file. */
const filesOfKind = [
  'proxy.ts',
  'middleware.ts',
  'instrumentation.ts',
  'coatcheck.config.ts',
  ...['session-options.ts', 'sessions.ts', 'actions.ts', 'users.ts', 'login', 'account', 'relay-settings.mjs'].map(inApp),
]
const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' }
// Only for building: with NODE_ENV=production, npm does not install the development dependencies, which a build needs.
const building = { ...env, NODE_ENV: 'production' }

/**
 * The apps that `coatcheck init` writes: one for each driver except pg, for which it writes the files of the README. `relay` is
 * true for the drivers that connect only to a WebSocket.
 */
const initKinds = [
  { title: 'init with PGlite', driver: 'pglite', embedded: true },
  { title: 'init with postgres.js', driver: 'postgres' },
  { title: 'init with @vercel/postgres', driver: 'vercel', urlVariable: 'POSTGRES_URL', relay: true },
  { title: 'init with @neondatabase/serverless', driver: 'neon', relay: true },
]

/** The apps on the newest Next, built one after another in one folder. Those without `config` keep that of create-next-app. */
const newestKinds = [
  { title: 'create-next-app', cacheComponents: true },
  ...initKinds,
  { title: 'basePath and typedRoutes', config: { basePath: '/shop', typedRoutes: true }, basePath: '/shop' },
  {
    title: 'standalone with PostgreSQL, webpack',
    flags: ['--webpack'],
    config: { output: 'standalone' },
    script: standaloneServer,
    migratedBy: 'app',
  },
  { title: 'standalone with PGlite', config: 'deploy.md', script: standaloneServer, embedded: true },
]

/** The apps on Next 15.5, which builds with webpack unless a flag selects Turbopack. */
const olderKinds = [
  { title: 'Next 15.5, webpack', guard: 'middleware' },
  { title: 'Next 15.5, Turbopack', guard: 'middleware', flags: ['--turbopack'], config: { typedRoutes: true } },
]

/**
 * Makes apps with create-next-app, installs the tarball as the README says, and calls `test` with the title, folder and kind of
 * each app that it has built.
 */
export function buildNewApps(workplace, tarball, test) {
  for (const [version, kinds] of [
    ['latest', newestKinds],
    ['15.5', olderKinds],
  ]) {
    const folder = createNextApp(workplace, version, tarball)
    for (const kind of kinds) {
      console.log(`\n── new app: ${kind.title}`)
      buildNewApp(folder, kind)
      test(`new app, ${kind.title}`, folder, kind)
    }
  }
}

/**
 * Writes the files of a kind of app into `folder`, and builds the app. The packages must be installed there. Without `config`,
 * keeps the next.config file of the folder.
 */
export function buildNewApp(folder, kind) {
  const { config, flags = [], migratedBy, cacheComponents, script, driver } = kind
  for (const name of ['.next', '.data', '.env.local', ...filesOfKind]) remove(folder, name)
  for (const name of ['app/layout.tsx', 'app/page.tsx']) copyExample(name, folder)
  if (driver) initialize(folder, kind)
  else copyReadme(folder, kind)
  if (config) configure(folder, config, cacheComponents)
  if (migratedBy === 'app') migrateAtStart(folder)
  if (!next(folder, ['build', ...flags])) throw new Error(`next build failed in ${folder}`)
  if (script) copyStandalone(folder)
}

/** Writes Next's configuration: an object, or the block of a page in docs/. */
function configure(folder, config, cacheComponents) {
  for (const name of readdirSync(folder).filter((name) => name.startsWith('next.config.'))) remove(folder, name)
  const isPage = typeof config === 'string'
  const text = isPage ? codeOf(config, 'next.config.ts') : `export default ${JSON.stringify({ ...config, cacheComponents })}\n`
  writeFileSync(path.join(folder, isPage ? 'next.config.ts' : 'next.config.mjs'), text)
}

function copyStandalone(folder) {
  const target = path.dirname(path.join(folder, standaloneServer))
  rmSync(target, { recursive: true, force: true })
  cpSync(path.join(folder, '.next/standalone'), target, { recursive: true, verbatimSymlinks: true })
  cpSync(path.join(folder, '.next/static'), path.join(target, '.next/static'), { recursive: true })
}

function copyReadme(folder, { guard = 'proxy', embedded }) {
  copyExample('app', folder)
  if (!existsSync(path.join(folder, 'tsconfig.json'))) copyExample('tsconfig.json', folder)
  const proxy = readFileSync(path.join(minimal, 'proxy.ts'), 'utf8')
  writeFileSync(path.join(folder, `${guard}.ts`), proxy.replace('const proxy', `const ${guard}`))
  if (embedded) writeFileSync(path.join(folder, 'app/sessions.ts'), codeOf('deploy.md', 'app/sessions.ts'))
}

/** Runs `coatcheck init`, and installs the packages that it prints. */
function initialize(folder, { driver, relay }) {
  const command = path.join(folder, 'node_modules/coatcheck/dist/cli.js')
  const options = { cwd: folder, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }
  const { status, stdout } = spawnSync(process.execPath, [command, 'init', '--login', '--driver', driver], options)
  console.log(stdout)
  if (status !== 0) throw new Error(`coatcheck init failed in ${folder}`)
  const packages = /npm install (.*)/.exec(stdout)?.[1].split(' ')
  if (packages) npmInstall(folder, packages)
  if (relay) connectToRelay(folder, driver)
}

/** Connects the app to the relay of the tests. Next bundles the driver, so a preloaded module could not change its settings. */
function connectToRelay(folder, driver) {
  // @vercel/postgres depends on an older version of Neon's driver, which npm nests because the library names a newer one.
  const nested = '../node_modules/@vercel/postgres/node_modules/@neondatabase/serverless/index.mjs'
  const module = driver === 'vercel' ? nested : '@neondatabase/serverless'
  cpSync(path.join(root, 'test/relay-settings.mjs'), path.join(folder, 'app/relay-settings.mjs'))
  const lines = [
    `import { neonConfig as driverSettings } from '${module}'`,
    "import { setRelay } from './relay-settings.mjs'",
    'setRelay(driverSettings, process.env.RELAY_PORT)',
  ]
  appendFileSync(path.join(folder, 'app/sessions.ts'), `\n${lines.join('\n')}\n`)
}

function inApp(name) {
  return `app/${name}`
}

function copyExample(name, folder) {
  cpSync(path.join(minimal, name), path.join(folder, name), { recursive: true })
}

/** Adds the code of docs/deploy.md that creates the table when the app starts. */
function migrateAtStart(folder) {
  writeFileSync(path.join(folder, 'instrumentation.ts'), codeOf('deploy.md', 'instrumentation.ts'))
  const file = path.join(folder, 'app/sessions.ts')
  const text = readFileSync(file, 'utf8').replace('drizzleStore(drizzle(pool))', 'drizzleStore(db)')
  writeFileSync(file, text.replace('export const sessions', 'export const db = drizzle(pool)\nexport const sessions'))
}

/** Returns the block of a page in docs/ whose first line names `file`. */
function codeOf(page, file) {
  const text = readFileSync(path.join(root, 'docs', page), 'utf8')
  const block = text.split('```').find((part) => part.startsWith(`ts\n// ${file}\n`))
  if (!block) throw new Error(`docs/${page} shows no ${file}`)
  return block.slice('ts\n'.length)
}

function createNextApp(workplace, version, tarball) {
  const name = `create-next-app-${version.replace('.', '-')}`
  const settings = ['--ts', '--app', '--no-src-dir', '--no-tailwind', '--no-linter', '--import-alias', '@/*', '--use-npm']
  const bundler = version === '15.5' ? ['--no-turbopack'] : []
  const options = { cwd: workplace, env, stdio: ['ignore', 'ignore', 'inherit'] }
  if (!run('npx', ['--yes', `create-next-app@${version}`, name, ...settings, ...bundler, '--disable-git', '--yes'], options))
    throw new Error(`create-next-app@${version} failed`)
  const folder = path.join(workplace, name)
  npmInstall(folder, [tarball, 'drizzle-orm', 'pg', '@electric-sql/pglite', 'proper-lockfile'])
  npmInstall(folder, ['--save-dev', '@types/pg'])
  return folder
}

function npmInstall(folder, args) {
  const options = { cwd: folder, env, stdio: ['ignore', 'ignore', 'inherit'] }
  if (!run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...args], options))
    throw new Error(`npm install ${args.join(' ')} failed in ${folder}`)
}

function next(folder, args) {
  return run(process.execPath, [path.join(folder, 'node_modules/next/dist/bin/next'), ...args], { cwd: folder, env: building })
}

function remove(folder, name) {
  rmSync(path.join(folder, name), { recursive: true, force: true })
}
