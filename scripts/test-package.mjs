// Installs the packed library next to the oldest versions of Next that it accepts, and runs the browser suite there.
// Usage: node scripts/test-package.mjs <tarball> <report.json>
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { buildNewApp, buildNewApps } from './new-app.mjs'
import { root, run, runBin } from './setup.mjs'

const [tarball = '', reportFile = ''] = process.argv.slice(2)
const { devDependencies, dependencies: ownDependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
const workplace = mkdtempSync(path.join(tmpdir(), 'coatcheck-package-'))
const env = { ...process.env, NEXT_IGNORE_INCORRECT_LOCKFILE: '1', NEXT_TELEMETRY_DISABLED: '1' }

/** The specs of the demo that depend on Next. */
const demoSpecs = ['guard', 'no-script', 'action-refresh', 'admin-access']

/** The oldest accepted versions of Next. They run without Cache Components; the browser suite runs the newest version with them. */
const versions = [
  {
    name: 'Next 15.5, middleware.ts',
    packages: { next: '15.5.18', typescript: '^5.9' },
    guard: 'middleware',
    demoSpecs: [...demoSpecs, 'session', 'admin'],
    // Next 15.5 contains React 19.1. The demo's component library imports names of React 19.2 that it never calls here.
    webpack: "(config) => { config.module.parser.javascript.exportsPresence = 'warn'; return config }",
  },
  {
    name: 'Next 16, proxy.ts',
    packages: { next: '16.2.6' },
    guard: 'proxy',
    demoSpecs,
    newApp: { config: {}, cacheComponents: true },
  },
]

const total = { expected: 0, unexpected: 0, flaky: 0 }
const allSuites = []
try {
  for (const version of versions) {
    console.log(`\n── package in a small app on ${version.name}`)
    test(`${version.name}, small app`, installPackage(version, tarball), ['next-contexts'], version)
    if (version.newApp)
      testNewApp(`${version.name}, the README's app`, path.join(workplace, `small-${version.guard}`), version.newApp)
    if (!process.env.TEST_ALL) continue
    console.log(`\n── package in the demo on ${version.name}`)
    test(`${version.name}, demo`, buildDemo(version, tarball), version.demoSpecs, version)
  }
  if (process.env.TEST_ALL) buildNewApps(workplace, tarball, runNewApp)
} finally {
  rmSync(workplace, { recursive: true, force: true })
}
writeFileSync(reportFile, JSON.stringify({ stats: total, suites: allSuites }))
process.exitCode = total.unexpected + total.flaky > 0 ? 1 : 0

/** Installs the tarball and Next in a new folder. e2e/next-contexts.ts builds its app with these packages. */
function installPackage({ name, packages, guard }, tarball) {
  const types = ['@types/node', '@types/pg', '@types/react', '@types/react-dom']
  const names = ['react', 'react-dom', 'drizzle-orm', 'pg', 'typescript', ...types]
  return install(path.join(workplace, `small-${guard}`), name, versionsOf(names), packages, tarball)
}

/** Makes a copy of the demo that uses the tarball as its library, and builds it. */
function buildDemo({ name, packages, guard, webpack }, tarball) {
  const folder = path.join(workplace, `demo-${guard}`)
  for (const name of ['app', 'middleware.ts', 'instrumentation.ts'])
    cpSync(path.join(root, name), path.join(folder, name), { recursive: true, filter: (file) => !/\.test\.tsx?$/.test(file) })
  // Next accepts this setting only with Cache Components.
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
    'sugar-high',
    '@electric-sql/pglite',
    'typescript',
    ...Object.keys(devDependencies).filter((name) => name.startsWith('@types/')),
  ]
  install(folder, name, versionsOf(names), packages, tarball)
  if (!run(process.execPath, [path.join(folder, 'node_modules/next/dist/bin/next'), 'build'], { cwd: folder, env }))
    throw new Error(`next build failed for ${name}`)
  return folder
}

function versionsOf(names) {
  return Object.fromEntries(names.map((name) => [name, devDependencies[name] ?? ownDependencies[name]]))
}

function install(folder, name, dependencies, packages, tarball) {
  mkdirSync(folder, { recursive: true })
  const manifest = {
    name: 'other-app',
    private: true,
    type: 'module',
    dependencies: { ...dependencies, ...packages, coatcheck: `file:${tarball}` },
  }
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest))
  if (!run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder, env }))
    throw new Error(`npm install failed for ${name}`)
  return folder
}

/** Builds and tests an app with the files of the README in `folder`, where its packages are installed. */
function testNewApp(title, folder, kind) {
  console.log(`\n── ${title}`)
  buildNewApp(folder, kind)
  runNewApp(title, folder, kind)
}

function runNewApp(title, folder, kind) {
  test(title, folder, ['new-app'], { NEW_APP: JSON.stringify(kind) })
}

/** Runs specs with the packages of `folder`, and adds their report to the total. */
function test(title, folder, specs, { guard, NEW_APP }) {
  const report = path.join(workplace, 'report.json')
  rmSync(report, { force: true })
  runBin('playwright', ['test', '--project=db', ...specs.map((spec) => `${spec}.spec`)], {
    env: {
      ...process.env,
      APP_FOLDER: folder,
      APP_NAME: title,
      ...(guard && { GUARD_FILE: `${guard}.ts` }),
      ...(NEW_APP && { NEW_APP }),
      PLAYWRIGHT_JSON_OUTPUT_NAME: report,
    },
  })
  const { stats, suites } = JSON.parse(readFileSync(report, 'utf8'))
  for (const key of Object.keys(total)) total[key] += stats[key]
  allSuites.push(...suites)
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
}

function edit(file, change) {
  writeFileSync(file, change(readFileSync(file, 'utf8')))
}
