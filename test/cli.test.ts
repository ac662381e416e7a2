import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { createDatabase, query } from './postgres'
import { sharedServer } from './shared-server'
import { postgresUrl } from './use-postgres'

const root = path.resolve(import.meta.dirname, '..')

describe('the packaged command', () => {
  let cli: string
  beforeAll(async () => {
    cli = path.join(await sharedServer('library'), 'dist', 'cli.js')
  })

  /** Starts the command without a terminal. */
  function start(args: readonly string[], env: Readonly<Record<string, string>> = {}, cwd = tmpdir()) {
    const child = spawn(process.execPath, [cli, ...args], {
      env: { NODE_ENV: 'test', PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd,
    })
    const printed = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        printed[name] += text
      })
    }
    const closed = once(child, 'close').then(([code]) => ({ code, ...printed }))
    return { child, printed, closed }
  }

  const coatcheck = (...args: Parameters<typeof start>) => start(...args).closed

  it('secret prints a new secret of 43 characters at each call', async () => {
    const [one, two] = [await coatcheck(['secret']), await coatcheck(['secret'])]
    expect(one.stdout).toMatch(/^[\w-]{43}\n$/)
    expect(one.stdout).not.toBe(two.stdout)
  })

  it('init writes an app, and the other commands then use its coatcheck.config.ts and exit although its pool is open', async () => {
    const app = mkdtempSync(path.join(root, 'node_modules', '.coatcheck-init-'))
    try {
      mkdirSync(path.join(app, 'app'))
      writeFileSync(path.join(app, 'package.json'), '{ "dependencies": { "next": "16.4.6", "pg": "8" } }')
      writeFileSync(path.join(app, 'tsconfig.json'), tsconfigFor(root))
      expect(await coatcheck(['init'], {}, app)).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('npx coatcheck migrate'),
      })
      // Next reads no .env.local in tests, and init has written the secret there.
      const env = { NODE_ENV: 'development', DATABASE_URL: await createDatabase(postgresUrl) }
      expect(await coatcheck(['migrate'], env, app)).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('(coatcheck.config.ts)'),
      })
      expect(await coatcheck(['check'], env, app)).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/Options +the secret has 43/),
      })
    } finally {
      rmSync(app, { recursive: true })
    }
  })

  it('each command works on PostgreSQL and reports success or failure by its exit code', async () => {
    const env = { DATABASE_URL: await createDatabase(postgresUrl), SESSION_SECRET: 'a secret for tests, 32 characters' }
    expect(await coatcheck(['check'], env)).toMatchObject({ code: 1, stdout: expect.stringContaining('npx coatcheck migrate') })
    expect(await coatcheck(['migrate'], env)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Applied \d+ migrations to 127/),
    })
    expect((await coatcheck(['migrate'], env)).stdout).toMatch(/^Nothing to do/)
    const [id = ''] = await insert(env.DATABASE_URL, 1, '1 hour')
    expect(await coatcheck(['check'], env)).toMatchObject({ code: 0, stdout: expect.stringContaining('No problems found.') })
    expect(await coatcheck(['list'], env)).toMatchObject({ code: 0, stdout: expect.stringContaining(id) })
    expect(await coatcheck(['show', id], env)).toMatchObject({ code: 0, stdout: expect.stringContaining('"n": 1') })
    expect(await coatcheck(['revoke', id], env)).toEqual({ code: 0, stdout: 'Revoked 1 session.\n', stderr: '' })
    expect((await coatcheck(['show', id], env)).code).toBe(1)
    expect(await coatcheck(['clearsessions', '--json'], env)).toEqual({
      code: 0,
      stdout: '{\n  "deleted": 0,\n  "done": true\n}\n',
      stderr: '',
    })
    expect((await coatcheck(['revoke'], env)).code).toBe(2)
  })

  it('Ctrl-C stops clearsessions between two batches with exit code 130', async () => {
    const env = { DATABASE_URL: await createDatabase(postgresUrl) }
    await coatcheck(['migrate'], env)
    await insert(env.DATABASE_URL, 5000, '-1 hour')
    const { child, printed, closed } = start(['clearsessions', '--batch-size', '1'], env)
    await vi.waitUntil(() => printed.stderr.includes('10 %'), { timeout: 60_000, interval: 5 })
    child.kill('SIGINT')
    const { code, stdout } = await closed
    const [, deleted = ''] = /^Stopped\. Deleted ([\d,]+) of 5,000 expired sessions\.$/m.exec(stdout) ?? []
    expect([code, await query(env.DATABASE_URL, 'select count(*)::int as left from sessions')]).toEqual([
      130,
      [{ left: 5000 - Number(deleted.replace(',', '')) }],
    ])
  })

  it('clearsessions finishes its work although the reader of stderr closes the pipe, as head does', async () => {
    const env = { DATABASE_URL: await createDatabase(postgresUrl) }
    await coatcheck(['migrate'], env)
    await insert(env.DATABASE_URL, 500, '-1 hour')
    const { child, closed } = start(['clearsessions', '--batch-size', '1'], env)
    child.stderr.once('data', () => child.stderr.destroy())
    expect((await closed).code).toBe(0)
    expect(await query(env.DATABASE_URL, 'select count(*)::int from sessions')).toEqual([{ count: 0 }])
  })

  it('.env files are loaded as Next loads them, and do not override variables that are already set', async () => {
    const app = mkdtempSync(path.join(root, 'node_modules', '.coatcheck-env-'))
    try {
      const url = await createDatabase(postgresUrl)
      writeFileSync(path.join(app, '.env'), `DATABASE_URL=postgresql://127.0.0.1:1/x\nCRON_SECRET=short`)
      writeFileSync(path.join(app, '.env.local'), `DATABASE_URL=${url}`)
      writeFileSync(path.join(app, '.env.production'), 'CRON_SECRET=0123456789abcdef')
      expect(await coatcheck(['migrate'], { NODE_ENV: 'development' }, app)).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^Applied/),
      })
      const inProduction = { NODE_ENV: 'production', SESSION_SECRET: 'a secret for tests, 32 characters' }
      const { stdout } = await coatcheck(['check', '--json'], inProduction, app)
      expect(JSON.parse(stdout)).toMatchObject({
        envFiles: ['.env.local', '.env.production', '.env'],
        migrations: { missing: 0 },
        problems: [],
      })
      const set = { ...inProduction, CRON_SECRET: 'short' }
      expect((await coatcheck(['check'], set, app)).stdout).toContain('CRON_SECRET has 5 characters')
    } finally {
      rmSync(app, { recursive: true })
    }
  })

  it('a missing driver is reported with the command that installs it', async () => {
    const bare = mkdtempSync(path.join(tmpdir(), 'coatcheck-bare-'))
    try {
      for (const name of ['dist', 'package.json'])
        cpSync(path.join(root, name), path.join(bare, 'node_modules', 'coatcheck', name), { recursive: true })
      for (const name of ['commander', 'drizzle-orm'])
        symlinkSync(path.join(root, 'node_modules', name), path.join(bare, 'node_modules', name))
      const run = promisify(execFile)(
        process.execPath,
        ['--preserve-symlinks', path.join(bare, 'node_modules/coatcheck/dist/cli.js'), 'migrate'],
        {
          env: { NODE_ENV: 'test', DATABASE_URL: 'postgresql://127.0.0.1:1/x' },
          cwd: bare,
        },
      )
      await expect(run).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^No driver for PostgreSQL is installed\. Run: npm install pg \(or one of postgres, /),
      })
    } finally {
      rmSync(bare, { recursive: true })
    }
  })

  it('a missing or unreachable database and an unknown command are reported on stderr, with exit code 1 or 2', async () => {
    expect(await coatcheck(['migrate'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /neither DATABASE_URL nor POSTGRES_URL is set.*npx coatcheck init.*set DATABASE_URL to postgresql:/,
      ),
    })
    expect(await coatcheck(['migrate'], { DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/x' })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('ECONNREFUSED'),
    })
    expect(await coatcheck(['migrat'])).toMatchObject({ code: 2, stderr: expect.stringMatching(/unknown command 'migrat'/) })
    expect((await coatcheck(['--wrong'])).code).toBe(2)
    expect(await coatcheck(['--help'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Usage: coatcheck/) })
  })
})

/** Returns a tsconfig.json whose `paths` name the package in `folder`. */
function tsconfigFor(folder: string): string {
  const paths = { coatcheck: [`${folder}/dist/index.js`], 'coatcheck/*': [`${folder}/dist/*.js`] }
  return JSON.stringify({ compilerOptions: { paths } })
}

/** Inserts sessions that expire after the interval `life`, which may be negative, and returns their ids. */
async function insert(url: string, count: number, life: string): Promise<string[]> {
  const rows = await query(
    url,
    `insert into sessions (id, token_hash, expires_at, data)
     select gen_random_uuid(), gen_random_uuid(), now() + interval '${life}', '{"n": 1}' from generate_series(1, ${count}) returning id`,
  )
  return (rows as { id: string }[]).map(({ id }) => id)
}
