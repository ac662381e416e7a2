// npm run bench [-- storage clear migrate admin in-process overhead device engines http]: prints the tables of README.md as
// Markdown.
import { existsSync, readFileSync, statSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildLibrary, root, run } from '../scripts/setup.mjs'
import { startPostgres } from './postgres.mjs'

const here = path.dirname(fileURLToPath(import.meta.url))
const known = ['storage', 'clear', 'migrate', 'admin', 'in-process', 'overhead', 'device', 'engines', 'http/run']
const requested = process.argv.slice(2)
const parts = known.filter((name) => requested.length === 0 || requested.some((word) => name.startsWith(word)))

installBenchDependencies()
buildLibrary()
const postgres = await startPostgres()
try {
  console.log(`Node ${process.version}, PostgreSQL ${postgres.version}, ${versions()}; ${os.cpus().length} × ${os.cpus()[0].model}`)
  const env = { ...process.env, DATABASE_URL: postgres.url, NEXT_TELEMETRY_DISABLED: '1' }
  for (const part of parts) {
    if (!run(process.execPath, [path.join(here, `${part}.mjs`)], { env })) process.exitCode = 1
  }
} finally {
  await postgres.stop()
}

/** Installs the packages that only the benchmarks need, unless they are up to date with package-lock.json. */
function installBenchDependencies() {
  const [installed, lock] = ['node_modules/.package-lock.json', 'package-lock.json'].map((name) => path.join(here, name))
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return
  if (!run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: here, shell: process.platform === 'win32' })) process.exit(1)
}

function versions() {
  const versionOf = (name) => {
    const folder = [here, root].map((parent) => path.join(parent, 'node_modules', name)).find((candidate) => existsSync(candidate))
    return `${name} ${JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')).version}`
  }
  return ['pg', 'drizzle-orm', 'next', 'redis', 'iron-session', 'better-auth'].map(versionOf).join(', ')
}
