import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { openDatabase } from '../app/db'
import { coatcheck, document, embedded, postgres } from './commands'
import { query } from './postgres'
import { command } from './redis'

const secret = 'a secret for tests, 32 characters'

describe('an embedded database', () => {
  it('that the demo has open is refused, with the remedy, after saying that it waits', async () => {
    const env = await embedded()
    await coatcheck(['migrate'], env)
    const held = await openDatabase(env)
    const { code, json } = await document(['list'], env)
    const { stderr } = await coatcheck(['clearsessions'], env)
    await held.close()
    expect([code, json.error.code]).toEqual([1, 'STORE_FAILED'])
    expect(json.error.message).toMatch(/^Another process has the embedded database in .* open\. Stop it/)
    expect(stderr).toMatch(/is locked\. Looking whether the process lives/)
    expect((await coatcheck(['list'], env)).code).toBe(0)
  })

  it('that a command has open is refused to the demo', async () => {
    const env = await embedded()
    await coatcheck(['migrate'], env)
    const questions: Promise<unknown>[] = []
    const confirm = async () => {
      questions.push(expect(openDatabase(env)).rejects.toThrow(/Another process has the embedded database/))
      await Promise.all(questions)
      return false
    }
    expect((await coatcheck(['revoke', '--user', 'ann'], env, { confirm })).code).toBe(1)
    expect(questions).toHaveLength(1)
  })

  it('is never made by a command that nobody told to, since that would hide a wrong setting', async () => {
    const DATA_DIR = path.join(mkdtempSync(path.join(tmpdir(), 'coatcheck-commands-')), 'data')
    for (const args of [['list'], ['clearsessions'], ['check']]) expect((await coatcheck(args, { DATA_DIR })).code).toBe(1)
    expect((await coatcheck(['migrate'], { DATA_DIR })).code).toBe(0)
  })
})

describe('check', () => {
  const problems = async (env: Record<string, string>) => {
    const { code, json } = await document(['check'], env)
    expect([code, json.ok]).toEqual([1, false])
    return json.problems.map(({ name, text, remedy }: Record<string, string>) => `${name}: ${text}. ${remedy}`)
  }

  it('names each thing that is wrong, and its remedy', async () => {
    const env = await postgres()
    const { port } = new URL(env.DATABASE_URL)
    const at = (DATABASE_URL: string) => ({ SESSION_SECRET: secret, DATABASE_URL })
    expect(await problems(env)).toEqual([
      expect.stringMatching(/^Secret: SESSION_SECRET is not set\. Make one with: coatcheck secret/),
      expect.stringMatching(/^Table: the table sessions is missing\. Make it with: coatcheck migrate/),
    ])
    expect(await problems({ ...at(env.DATABASE_URL), SESSION_SECRET: 'short' })).toContainEqual(
      expect.stringContaining('5 characters'),
    )
    expect(await problems(at('postgresql://me:hunter2@127.0.0.1:1/x'))).toEqual([
      expect.stringMatching(/^Database: failed \(ECONNREFUSED\)\. Nothing listens there/),
    ])
    expect(await problems(at(`postgresql://postgres@127.0.0.1:${port}/nowhere`))).toEqual([
      expect.stringContaining('no database of this name'),
    ])
    expect(await problems(at('hunter2'))).toEqual([expect.stringMatching(/DATABASE_URL is no URL of a database/)])
    expect(await problems({ SESSION_SECRET: secret, SESSION_ENGINE: 'sql' })).toEqual([expect.stringContaining('use db, cached')])
    expect(await problems({ SESSION_SECRET: secret, SESSION_ENGINE: 'redis', REDIS_URL: 'redis://127.0.0.1:1' })).toEqual([
      expect.stringMatching(/^Redis: does not answer at 127\.0\.0\.1:1/),
    ])
  })

  it('tells of migrations that are missing, and of columns', async () => {
    const env = { ...(await postgres()), SESSION_SECRET: secret }
    await coatcheck(['migrate'], env)
    await query(
      env.DATABASE_URL,
      'delete from coatcheck_migrations where created_millis = (select max(created_millis) from coatcheck_migrations)',
    )
    expect(await problems(env)).toEqual([expect.stringMatching(/^Table: 1 migration of \d+ missing/)])
    await query(env.DATABASE_URL, 'drop table coatcheck_migrations')
    expect((await coatcheck(['check'], env)).stdout).toContain('others than coatcheck migrate have made it')
    await query(env.DATABASE_URL, 'alter table sessions drop column user_agent')
    expect(await problems(env)).toEqual([expect.stringMatching(/42703.*A column is missing\. Run: coatcheck migrate$/)])
  })

  it('tells a user without rights which to ask for, and needs none on the record of migrations', async () => {
    const env = { ...(await postgres()), SESSION_SECRET: secret }
    await coatcheck(['migrate'], env)
    const role = `app_${crypto.randomUUID().slice(0, 8)}`
    await query(env.DATABASE_URL, `create role ${role} login`)
    const url = new URL(env.DATABASE_URL)
    url.username = role
    const asApp = { ...env, DATABASE_URL: url.href }
    try {
      expect(await problems(asApp)).toEqual([expect.stringMatching(/^Database: failed \(42501\)\..*GRANT .*ON sessions TO/)])
      await query(env.DATABASE_URL, `grant select, insert, update, delete on sessions to ${role}`)
      const { code, json } = await document(['check'], asApp)
      expect([code, json.problems, json.migrations]).toEqual([0, [], null])
      expect((await coatcheck(['check'], asApp)).stdout).toContain('its migrations cannot be read by this user')
    } finally {
      await query(env.DATABASE_URL, `drop owned by ${role}; drop role ${role}`)
    }
  })

  it('tells of a Redis that may evict sessions, and lets it evict copies', async () => {
    const env = { SESSION_SECRET: secret, SESSION_ENGINE: 'redis', REDIS_URL: inject('redisUrl') }
    const policy = async (name: string) => command(env.REDIS_URL, 'CONFIG', 'SET', 'maxmemory-policy', name)
    try {
      await policy('allkeys-lru')
      expect(await problems(env)).toEqual([expect.stringMatching(/^Eviction: maxmemory-policy is allkeys-lru/)])
      const cached = { ...env, ...(await postgres()), SESSION_ENGINE: 'cached' }
      await coatcheck(['migrate'], cached)
      expect((await coatcheck(['check'], cached)).stdout).toContain('of copies, which is all right')
    } finally {
      await policy('noeviction')
    }
    const { code, json } = await document(['check'], env)
    expect([code, json.problems, Math.abs(json.clockDifferenceMs) < 60_000]).toEqual([0, [], true])
    expect((await coatcheck(['check'], env)).stdout).toMatch(/Clock +Redis' is 0\.\d s .*\n.*Sessions +\d+ active/)
  })
})
