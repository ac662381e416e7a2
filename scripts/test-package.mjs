// Packs the library, installs the tarball in copies of the demo that use other versions and settings of Next, and runs the browser suite on each.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { root, run, runBin } from './setup.mjs'

const [reportFile = ''] = process.argv.slice(2)
const { devDependencies, dependencies: ownDependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
const workplace = mkdtempSync(path.join(tmpdir(), 'coatcheck-package-'))

/** What says something about Next; the rest would repeat itself. */
const specs = ['guard', 'no-script', 'action-refresh', 'admin-access', 'places']

/** On the oldest versions of Next that the package accepts; the newest one runs everything, with Cache Components. */
const apps = [
  {
    name: 'Next 15.5, middleware.ts',
    versions: { next: '15.5.18', typescript: '^5.9' },
    guard: 'middleware',
    specs: [...specs, 'session', 'admin'],
    // Next 15.5 brings its own React 19.1. What the demo's kit imports of 19.2 is never called here, but webpack would refuse it.
    webpack: "(config) => { config.module.parser.javascript.exportsPresence = 'warn'; return config }",
  },
  { name: 'Next 16 without Cache Components, proxy.ts', versions: { next: '16.2.6' }, guard: 'proxy', specs },
]

const total = { expected: 0, unexpected: 0, flaky: 0 }
const allSuites = []
try {
  const tarball = pack()
  for (const app of apps) {
    console.log(`\n── package in ${app.name}`)
    const { stats, suites } = test(makeApp(app, tarball), app)
    for (const key of Object.keys(total)) total[key] += stats[key]
    allSuites.push(...suites)
  }
} finally {
  rmSync(workplace, { recursive: true, force: true })
}
writeFileSync(reportFile, JSON.stringify({ stats: total, suites: allSuites }))
process.exitCode = total.unexpected + total.flaky > 0 ? 1 : 0

function pack() {
  if (!run('npm', ['pack', '--silent', '--pack-destination', workplace], { stdio: ['ignore', 'ignore', 'inherit'] }))
    throw new Error('npm pack failed')
  return path.join(
    workplace,
    readdirSync(workplace).find((name) => name.endsWith('.tgz')),
  )
}

/** A copy of the demo, with the tarball as its library. */
function makeApp({ name, versions, guard, webpack }, tarball) {
  const folder = path.join(workplace, `app-${guard}`)
  mkdirSync(folder)
  for (const name of ['app', 'middleware.ts', 'instrumentation.ts'])
    cpSync(path.join(root, name), path.join(folder, name), { recursive: true, filter: (file) => !/\.test\.tsx?$/.test(file) })
  // A setting of Cache Components alone: elsewhere Next does not know it.
  for (const file of filesBelow(path.join(folder, 'app'))) edit(file, (text) => text.replace(/^export const instant = .*$/m, ''))
  if (guard === 'proxy') {
    edit(path.join(folder, 'middleware.ts'), (text) => text.replace('const middleware', 'const proxy'))
    renameSync(path.join(folder, 'middleware.ts'), path.join(folder, 'proxy.ts'))
  }
  const external = "serverExternalPackages: ['@electric-sql/pglite', '@vercel/postgres', 'pg', 'proper-lockfile']"
  const imports = "experimental: { optimizePackageImports: ['@mantine/core', '@mantine/hooks', '@mantine/charts'] }"
  const config = [external, imports, webpack && `webpack: ${webpack}`].filter(Boolean).join(', ')
  writeFileSync(path.join(folder, 'next.config.mjs'), `export default { ${config} }\n`)
  const { paths: _paths, ...compilerOptions } = JSON.parse(readFileSync(path.join(root, 'tsconfig.json'), 'utf8')).compilerOptions
  const include = ['**/*.ts', '**/*.tsx', '.next/types/**/*.ts', 'next-env.d.ts']
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include, exclude: ['node_modules'] }))
  const names = [
    'react',
    'react-dom',
    'drizzle-orm',
    'drizzle-kit',
    'pg',
    'bcryptjs',
    'bowser',
    '@vercel/postgres',
    'jose',
    'redis',
    'proper-lockfile',
    'zod',
    '@mantine/core',
    '@mantine/hooks',
    '@mantine/charts',
    'recharts',
    'shiki',
    '@electric-sql/pglite',
    'typescript',
  ]
  const types = Object.keys(devDependencies).filter((name) => name.startsWith('@types/'))
  const dependencies = Object.fromEntries(
    [...names, ...types].map((name) => [name, devDependencies[name] ?? ownDependencies[name]]),
  )
  const manifest = {
    name: 'other-app',
    private: true,
    type: 'module',
    dependencies: { ...dependencies, ...versions, coatcheck: `file:${tarball}` },
  }
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest))
  const env = { ...process.env, NEXT_IGNORE_INCORRECT_LOCKFILE: '1', NEXT_TELEMETRY_DISABLED: '1' }
  const inside = { cwd: folder, env }
  if (!run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'], inside))
    throw new Error(`npm install failed for ${name}`)
  if (!run(process.execPath, [path.join(folder, 'node_modules/next/dist/bin/next'), 'build'], inside))
    throw new Error(`next build failed for ${name}`)
  return folder
}

function test(folder, { name, specs }) {
  const report = path.join(workplace, 'report.json')
  runBin('playwright', ['test', '--project=db', ...specs.map((spec) => `${spec}.spec`)], {
    env: { ...process.env, APP_FOLDER: folder, APP_NAME: name, PLAYWRIGHT_JSON_OUTPUT_NAME: report },
  })
  return JSON.parse(readFileSync(report, 'utf8'))
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
}

function edit(file, change) {
  writeFileSync(file, change(readFileSync(file, 'utf8')))
}
