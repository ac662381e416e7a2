// Builds new Next.js apps that have the files of examples/minimal, which are those of the README, and the packed library.
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { root, run } from './setup.mjs'

const minimal = path.join(root, 'examples', 'minimal')
const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' }
// With this, npm would not install the packages that a build needs.
const building = { ...env, NODE_ENV: 'production' }

/** The kinds of app on the newest Next, in one folder that create-next-app has made. The first keeps the settings that it wrote. */
const newestKinds = [
  { title: 'create-next-app', cacheComponents: true },
  { title: 'basePath and typedRoutes', config: { basePath: '/shop', typedRoutes: true }, basePath: '/shop' },
  {
    title: 'standalone with PostgreSQL, webpack',
    flags: ['--webpack'],
    config: standalone(),
    ...startedByNode(),
    migratedBy: 'app',
  },
  { title: 'standalone with PGlite', config: standalone(), ...startedByNode(), embedded: true },
]

/** The kinds of app on Next 15.5, which builds with webpack unless asked for Turbopack. */
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

/** Copies the files of the README into `folder`, which has its packages, and builds the app. Without `config`, keeps Next's own. */
export function buildNewApp(folder, { guard = 'proxy', config, flags = [], migratedBy, embedded, cacheComponents, script }) {
  for (const name of ['.next', '.data', 'proxy.ts', 'middleware.ts', 'instrumentation.ts']) remove(folder, name)
  cpSync(path.join(minimal, 'app'), path.join(folder, 'app'), { recursive: true })
  if (!existsSync(path.join(folder, 'tsconfig.json')))
    cpSync(path.join(minimal, 'tsconfig.json'), path.join(folder, 'tsconfig.json'))
  const proxy = readFileSync(path.join(minimal, 'proxy.ts'), 'utf8')
  writeFileSync(path.join(folder, `${guard}.ts`), proxy.replace('const proxy', `const ${guard}`))
  if (config) {
    for (const name of readdirSync(folder).filter((name) => name.startsWith('next.config.'))) remove(folder, name)
    writeFileSync(path.join(folder, 'next.config.mjs'), `export default ${JSON.stringify({ ...config, cacheComponents })}\n`)
  }
  if (embedded) writeFileSync(path.join(folder, 'app/sessions.ts'), codeOf('deploy.md', 'app/sessions.ts'))
  if (migratedBy === 'app') migrateAtStart(folder)
  if (!next(folder, ['build', ...flags])) throw new Error(`next build failed in ${folder}`)
  if (script) cpSync(path.join(folder, '.next/static'), path.join(folder, '.next/standalone/.next/static'), { recursive: true })
}

/** Adds what docs/deploy.md shows for an app that creates its table when it starts. */
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

/** The settings of an app that runs without its node_modules. PGlite loads its own files, so it must not be bundled. */
function standalone() {
  return { output: 'standalone', serverExternalPackages: ['@electric-sql/pglite', 'proper-lockfile'] }
}

function startedByNode() {
  return { script: '.next/standalone/server.js' }
}

function createNextApp(workplace, version, tarball) {
  const name = `create-next-app-${version.replace('.', '-')}`
  const settings = ['--ts', '--app', '--no-src-dir', '--no-tailwind', '--no-linter', '--import-alias', '@/*', '--use-npm']
  const bundler = version === '15.5' ? ['--no-turbopack'] : []
  const options = { cwd: workplace, env, stdio: ['ignore', 'ignore', 'inherit'] }
  if (!run('npx', ['--yes', `create-next-app@${version}`, name, ...settings, ...bundler, '--disable-git', '--yes'], options))
    throw new Error(`create-next-app@${version} failed`)
  const folder = path.join(workplace, name)
  const npm = (args) => run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...args], { ...options, cwd: folder })
  const drivers = ['drizzle-orm', 'pg', '@electric-sql/pglite', 'proper-lockfile']
  if (!npm([tarball, ...drivers]) || !npm(['--save-dev', '@types/pg'])) throw new Error(`npm install failed in ${folder}`)
  return folder
}

function next(folder, args) {
  return run(process.execPath, [path.join(folder, 'node_modules/next/dist/bin/next'), ...args], { cwd: folder, env: building })
}

function remove(folder, name) {
  rmSync(path.join(folder, name), { recursive: true, force: true })
}
