import { describe, expect, it } from 'vitest'
import { openDatabase } from '../app/db'
import { cachedApp, configuredApp } from './app-folder'
import { coatcheck, coatcheckJson, embedded, postgres } from './commands'
import { query } from './postgres'
import { command, startRedis } from './redis'

const secret = 'a secret for tests, 32 characters'

describe('the embedded database', () => {
  it('a command cannot open the embedded database while the demo has it open', async () => {
    const env = await embedded()
    await coatcheck(['migrate'], env)
    const demo = await openDatabase(env)
    const { code, json: failure } = await coatcheckJson(['list'], env)
    await demo.close()
    expect([code, failure.error.code]).toEqual([1, 'STORE_FAILED'])
    expect(failure.error.message).toMatch(/^Another process has the embedded database in .* open\. Stop that process/)
    expect((await coatcheck(['list'], env)).code).toBe(0)
  })

  it('the demo cannot open the embedded database while a command has it open', async () => {
    const env = await embedded()
    await coatcheck(['migrate'], env)
    const attempts: Promise<unknown>[] = []
    const confirm = async () => {
      attempts.push(expect(openDatabase(env)).rejects.toThrow(/Another process has the embedded database/))
      await Promise.all(attempts)
      return false
    }
    expect((await coatcheck(['revoke', '--user', 'ann'], env, { confirm })).code).toBe(1)
    expect(attempts).toHaveLength(1)
  })
})

describe('check', () => {
  const problems = async (env: Record<string, string>) => {
    const { code, json: report } = await coatcheckJson(['check'], env)
    expect([code, report.ok]).toEqual([1, false])
    return report.problems.map(({ name, text, remedy }: Record<string, string>) => `${name}: ${text}. ${remedy}`)
  }

  it('check reports each problem and its remedy', async () => {
    const env = await postgres()
    const { port } = new URL(env.DATABASE_URL)
    const at = (DATABASE_URL: string) => ({ SESSION_SECRET: secret, DATABASE_URL })
    expect(await problems(env)).toEqual([
      expect.stringMatching(/^Table: the table sessions does not exist\. Create it with: npx coatcheck migrate/),
    ])
    expect(await problems({ ...at(env.DATABASE_URL), SESSION_SECRET: 'short' })).toContainEqual(
      expect.stringMatching(/^Secret: SESSION_SECRET is not valid\..*5 characters.*npx coatcheck secret/),
    )
    expect(await problems(at('postgresql://me:hunter2@127.0.0.1:1/x'))).toEqual([
      expect.stringMatching(
        /^Database: 127\.0\.0\.1:1\/x \(DATABASE_URL\) failed \(ECONNREFUSED\)\. No server listens at this address/,
      ),
    ])
    expect(await problems(at(`postgresql://postgres@127.0.0.1:${port}/nowhere`))).toEqual([
      expect.stringContaining('no database with this name'),
    ])
    expect(await problems(at('hunter2'))).toEqual([expect.stringMatching(/DATABASE_URL is not a PostgreSQL URL/)])
    expect(await problems({})).toEqual([
      expect.stringMatching(/^Database: cannot be opened\..*Create the file with: npx coatcheck init/),
    ])
  })

  it('check does not report a secret that the app may read from another variable', async () => {
    const env = await postgres()
    await coatcheck(['migrate'], env)
    const { code, stdout } = await coatcheck(['check'], env)
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^- +Secret +SESSION_SECRET is not set; an app may read/m)])
    expect(stdout).toMatch(/^- +Config +there is no coatcheck\.config\.ts.*npx coatcheck init/m)
  })

  it('check never recommends the command that printed the message', async () => {
    const env = await postgres()
    const { stdout, stderr } = await coatcheck(['check'], env)
    expect(stdout + stderr).not.toContain('coatcheck check')
    for (const url of [env.DATABASE_URL, 'postgresql://me@127.0.0.1:1/x', 'nonsense', '']) {
      const migrating = await coatcheck(['migrate'], { DATABASE_URL: url })
      expect(migrating.stdout + migrating.stderr).not.toContain('coatcheck migrate')
    }
  })

  it('check prints the safe order of a rotation if SESSION_SECRET has several secrets', async () => {
    const check = async (SESSION_SECRET: string) => (await coatcheck(['check'], { SESSION_SECRET })).stdout
    const [one, other] = ['first secret of this app: 40 characters.', 'other secret of this app. 40 characters.']
    expect(await check(`${one},${other}`)).toMatch(
      /ok +Secret +SESSION_SECRET is a list of 2.*deploy old,new to every server before new,old/,
    )
    expect(await check(one)).toContain('SESSION_SECRET has 40 characters')
    expect(await check(secret), 'one secret with a comma').toContain('SESSION_SECRET has 33 characters')
  })

  it('check reports missing migrations and missing columns', async () => {
    const env = { ...(await postgres()), SESSION_SECRET: secret }
    await coatcheck(['migrate'], env)
    await query(
      env.DATABASE_URL,
      'delete from coatcheck_migrations where created_millis = (select max(created_millis) from coatcheck_migrations)',
    )
    expect(await problems(env)).toEqual([expect.stringMatching(/^Table: 1 of \d+ migrations not applied\. Apply them with/)])
    await query(env.DATABASE_URL, 'drop table coatcheck_migrations')
    expect((await coatcheck(['check'], env)).stdout).toContain('was not created by coatcheck migrate')
    await query(env.DATABASE_URL, 'alter table sessions drop column user_agent')
    expect(await problems(env)).toEqual([
      expect.stringMatching(/^Table: the table sessions lacks a column\. Run: npx coatcheck migrate$/),
    ])
  })

  it('check reports the privileges that a database user lacks, and needs none on the record of migrations', async () => {
    const env = { ...(await postgres()), SESSION_SECRET: secret }
    await coatcheck(['migrate'], env)
    const role = `app_${crypto.randomUUID().slice(0, 8)}`
    await query(env.DATABASE_URL, `create role ${role} login`)
    const url = new URL(env.DATABASE_URL)
    url.username = role
    const asRole = { ...env, DATABASE_URL: url.href }
    try {
      expect(await problems(asRole)).toEqual([expect.stringMatching(/^Database: .* failed \(42501\)\..*GRANT .*ON sessions TO/)])
      await query(env.DATABASE_URL, `grant select, insert, update, delete on sessions to ${role}`)
      const { code, json: report } = await coatcheckJson(['check'], asRole)
      expect([code, report.problems, report.migrations]).toEqual([0, [], null])
      expect((await coatcheck(['check'], asRole)).stdout).toContain('this user may not read the record of migrations')
    } finally {
      await query(env.DATABASE_URL, `drop owned by ${role}; drop role ${role}`)
    }
  })

  it('check reports a Redis store that may evict sessions, but accepts a cache that may evict copies', async () => {
    const server = await startRedis()
    const redis = `redisStore(createClient({ url: '${server.url}', disableOfflineQueue: true }))`
    const setup = "import { cachedStore, redisStore } from 'coatcheck/redis'\nimport { createClient } from 'redis'"
    const check = (folder: string) => coatcheckJson(['check'], {}, { folder })
    const configure = (name: string, value: string) => command(server.url, 'CONFIG', 'SET', name, value)
    await configure('maxmemory', '1gb') // redisStore would log a warning, and a test fails if it logs one.
    await configure('maxmemory-policy', 'allkeys-lru')
    const evicting = await check(configuredApp(`store: ${redis}`, setup))
    expect([evicting.code, evicting.json.problems]).toEqual([
      1,
      [expect.objectContaining({ name: 'Eviction', text: 'maxmemory-policy is allkeys-lru' })],
    ])
    const { DATABASE_URL } = await postgres()
    await coatcheck(['migrate'], { DATABASE_URL })
    const cached = cachedApp(DATABASE_URL, server.url)
    expect((await coatcheck(['check'], {}, { folder: cached })).stdout).toMatch(
      /Table .*\n.*\n.*Redis .*\n.*which is fine for a cache/,
    )
    await configure('maxmemory-policy', 'noeviction')
    const { code, json: report } = await check(configuredApp(`store: ${redis}`, setup))
    expect([code, report.problems, Math.abs(report.clockDifferenceMs) < 60_000]).toEqual([0, [], true])
    await server.stop()
    const stopped = await check(configuredApp(`store: ${redis}`, setup))
    expect(stopped.json.problems).toEqual([expect.objectContaining({ name: 'Redis', text: 'does not respond (ECONNREFUSED)' })])
  })
})
