import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { hash } from 'bcryptjs'
import { withRequest } from 'coatcheck/testing'
import { expect, it, onTestFinished, vi } from 'vitest'
import { coatcheck } from '../commands'
import { blocksOf } from '../docs/blocks.ts'
import { read } from '../docs/read.ts'
import { createDatabase, query } from '../postgres'
import { postgresUrl } from '../use-postgres'

const run = promisify(execFile)
const packages = path.resolve(import.meta.dirname, '../../node_modules')

/** Creates a folder with the last version of each file of the tutorial. drizzle-kit does not compile files below node_modules. */
function tutorialFolder(environment: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'coatcheck-tutorial-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  symlinkSync(packages, path.join(folder, 'node_modules'))
  const files = [
    ...blocksOf('docs/django-tutorial.md'),
    { file: 'app/session-options.ts', code: read('examples/minimal/app/session-options.ts') },
    { file: '.env.local', code: environment },
  ]
  for (const { file, code } of files) {
    if (!file) continue
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
    writeFileSync(path.join(folder, file), code)
  }
  return folder
}

/** Creates the tables of the sessions and, with drizzle-kit, of the users. Returns the database and the tutorial's folder. */
async function pushedTables() {
  const url = await createDatabase(postgresUrl)
  await coatcheck(['migrate'], { DATABASE_URL: url })
  const folder = tutorialFolder(`DATABASE_URL=${url}\n`)
  const env = { PATH: process.env.PATH, NODE_ENV: 'development' } as const
  await run(process.execPath, [path.join(packages, 'drizzle-kit/bin.cjs'), 'push'], { cwd: folder, env })
  return { url, folder }
}

it('drizzle-kit push finds the database URL in .env.local, creates the users table and keeps the sessions table', async () => {
  const { url } = await pushedTables()
  const tables = "select tablename from pg_tables where schemaname = 'public' order by tablename"
  expect(await query(url, tables)).toEqual([
    { tablename: 'coatcheck_migrations' },
    { tablename: 'sessions' },
    { tablename: 'users' },
  ])
})

it('create-user.ts creates the user once, and prints neither the password nor its hash', async () => {
  const { url, folder } = await pushedTables()
  const words = [path.join(packages, 'tsx/dist/cli.mjs'), '--env-file=.env.local', 'create-user.ts', 'demo', 'the password']
  const create = () => run(process.execPath, words, { cwd: folder, env: { PATH: process.env.PATH, NODE_ENV: 'development' } })
  expect(await create()).toEqual({ stdout: 'Created the user demo.\n', stderr: '' })
  expect(await create()).toEqual({ stdout: 'A user demo already exists.\n', stderr: '' })
  expect(await query(url, 'select name from users')).toEqual([{ name: 'demo' }])
})

it('changePassword keeps the current session and ends the other session of the user', async () => {
  const { url, folder } = await pushedTables()
  await query(url, 'alter table sessions add column tenant_id integer')
  onTestFinished(() => void vi.unstubAllEnvs())
  for (const [name, value] of Object.entries({
    DATABASE_URL: url,
    SESSION_SECRET: 'a secret for tests, 32 characters',
    NODE_ENV: 'development',
  })) {
    vi.stubEnv(name, value)
  }
  const load = (file: string) => import(path.join(folder, 'app', file))
  const { db } = await load('db.ts')
  onTestFinished(() => db.$client.end())
  const { getSession, getUser } = await load('sessions.ts')
  const { changePassword } = await load('account/password/actions.ts')
  const passwordHash = await hash('old', 4)
  await db.insert((await load('users.ts')).users).values({ id: '1', name: 'demo', passwordHash })

  const inAction = (cookies: Record<string, string>, fn: () => Promise<unknown>) => withRequest({ context: 'action', cookies }, fn)
  const logIn = () => inAction({}, async () => (await getSession()).login('1', { authHash: passwordHash }))
  const userNameOf = async ({ cookies }: { cookies: Record<string, string> }) =>
    (await withRequest({ context: 'render', cookies }, async () => (await getUser())?.name)).value
  const change = ({ cookies }: { cookies: Record<string, string> }, old: string) => {
    const form = new FormData()
    form.set('old', old)
    form.set('new', 'new')
    return inAction(cookies, () => changePassword(form).catch((redirect: { digest: string }) => redirect.digest))
  }
  const [here, there] = [await logIn(), await logIn()]
  expect((await change(here, 'wrong')).value).toContain('/account/password?problem=password;')
  expect(await userNameOf(there)).toBe('demo')
  const changed = await change(here, 'old')
  expect(changed.value).toContain(';/account;')
  expect([await userNameOf(changed), await userNameOf(there)]).toEqual(['demo', undefined])
})

it('the test of the tutorial runs the app’s own action without a database', async () => {
  const folder = tutorialFolder('')
  const library = path.resolve(import.meta.dirname, '../../lib')
  // The package is not installed in this folder, so its names lead to the source.
  const config = `import tutorial from './vitest.config.mts'
const alias = [{ find: /^coatcheck$/, replacement: '${library}/index.ts' }, { find: /^coatcheck\\/(.*)$/, replacement: '${library}/$1.ts' }]
export default { ...tutorial, resolve: { alias } }`
  writeFileSync(path.join(folder, 'aliased.config.mts'), config)
  const words = [path.join(packages, 'vitest/vitest.mjs'), 'run', '--config', 'aliased.config.mts', '--reporter', 'json']
  const { stdout } = await run(process.execPath, words, { cwd: folder, env: { PATH: process.env.PATH, NODE_ENV: 'test' } })
  expect(JSON.parse(stdout)).toMatchObject({ numTotalTests: 1, numPassedTests: 1 })
})
