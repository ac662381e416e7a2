// Runs a script on another runtime, which npm installs into a temporary folder: another version of Node, or Bun.
// Usage: node scripts/on-runtime.mjs <node@22|bun> <script> [arguments]
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fail, run } from './setup.mjs'

const [runtime = '', ...script] = process.argv.slice(2)
const [name, version = 'latest'] = runtime.split('@')
const here = `${process.platform}-${process.arch}`
const packages = { node: `node-${here}`, bun: `@oven/bun-${here.replace('arm64', 'aarch64')}` }
const folder = mkdtempSync(path.join(tmpdir(), 'coatcheck-runtime-'))
try {
  const wanted = `${packages[name]}@${version}`
  if (!run('npm', ['install', '--silent', '--no-save', '--prefix', folder, wanted])) fail(`npm has no ${runtime} for ${here}.`)
  const program = path.join(folder, 'node_modules', packages[name], 'bin', name)
  const flags = name === 'bun' ? ['--bun'] : []
  // Removes TEST_ALL, because the long tests run only once, on the Node of `npm test`.
  const { TEST_ALL: _, ...env } = process.env
  process.exitCode = run(program, [...flags, ...script], { env: { ...env, TEST_RUNTIME: runtime } }) ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
