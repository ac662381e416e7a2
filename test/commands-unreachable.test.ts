import { describe, expect, it } from 'vitest'
import { configuredApp, postgresApp } from './app-folder'
import { coatcheck, coatcheckJson } from './commands'
import { postgresUrl } from './use-postgres'

// A command closes the pool of its app, so each command needs a new app.
const commands = [['migrate'], ['list'], ['show', crypto.randomUUID()], ['revoke', crypto.randomUUID()]]

/** Creates the folder of an app whose pool has these options. */
function appWithPool(options: string): string {
  return configuredApp(
    'store: drizzleStore(drizzle(pool))',
    `import { drizzleStore } from 'coatcheck/drizzle'
import { drizzle } from 'drizzle-orm/node-postgres'
import { Pool } from 'pg'
const pool = new Pool({ ${options}, query_timeout: 5000 })`,
  )
}

/** Runs `check`, and returns the problem of the database. */
async function databaseProblem(folder: string, env: Record<string, string> = {}): Promise<{ text: string; remedy: string }> {
  const { json } = await coatcheckJson(['check'], env, { folder })
  return json.problems.find(({ name }: { name: string }) => name === 'Database')
}

describe('the commands of an app whose database cannot be reached', () => {
  const isNotSet = 'DATABASE_URL is not set in the environment or .env.local. If the app reads another variable, check that one.'

  it.each([
    ['not set', 'connectionString: undefined, port: 1', {}],
    ['empty', "connectionString: '', port: 1", { DATABASE_URL: '' }],
  ])('the commands report that DATABASE_URL is not set if it is %s', async (_, pool, env) => {
    for (const command of commands) {
      const { code, stderr } = await coatcheck(command, env, { folder: appWithPool(pool) })
      expect([code, stderr], command[0]).toEqual([1, expect.stringContaining(isNotSet)])
    }
    expect(await databaseProblem(appWithPool(pool), env)).toMatchObject({
      text: 'the database (coatcheck.config.ts) failed (ECONNREFUSED)',
      remedy: expect.stringContaining(isNotSet),
    })
  })

  it.each([
    ['in the URL of its pool', "connectionString: 'postgresql://me:hunter2@127.0.0.1:1/x'", {}],
    ['in the host of its pool', "host: '127.0.0.1', port: 1", {}],
    ['in PGHOST', 'port: 1', { PGHOST: '127.0.0.1' }],
  ])('the commands do not ask for DATABASE_URL if the app names its database %s', async (_, pool, env) => {
    const { stderr } = await coatcheck(['migrate'], env, { folder: appWithPool(pool) })
    expect(stderr).toContain('failed (ECONNREFUSED). No server listens at this address. Start PostgreSQL, or correct the URL.')
    expect((await databaseProblem(appWithPool(pool), env)).remedy).not.toContain('DATABASE_URL')
  })

  it('every command names a database that does not exist, and prints the remedy of check', async () => {
    const url = new URL('/nowhere', postgresUrl)
    const { text, remedy } = await databaseProblem(postgresApp(url.href))
    expect([text, remedy]).toEqual([
      `${url.host}/nowhere (coatcheck.config.ts) failed (3D000)`,
      'The server has no database with this name. Create it with createdb, or correct the URL.',
    ])
    for (const command of commands) {
      const { code, stderr } = await coatcheck(command, {}, { folder: postgresApp(url.href) })
      expect([code, stderr], command[0]).toEqual([1, expect.stringContaining(`${text}. ${remedy}`)])
    }
  })

  it('a message names the host as the app writes it', async () => {
    const { stderr } = await coatcheck(['list'], {}, { folder: postgresApp('postgresql://me:hunter2@localhost:1/x') })
    expect(stderr).toMatch(/^localhost:1\/x \(coatcheck\.config\.ts\) failed \(ECONNREFUSED\)\. No server listens/)
    expect(stderr).not.toContain('hunter2')
  })

  it('a message shows no part of a password that begins with a slash', async () => {
    const { stderr } = await coatcheck(['list'], {}, { folder: postgresApp('postgresql://me:/hunter2@localhost:1/x') })
    expect(stderr).toMatch(/^\? \(coatcheck\.config\.ts\) failed/)
    expect(stderr).not.toContain('hunter2')
  })

  it('the commands report the scheme of a URL that is not one of PostgreSQL, without its password', async () => {
    const url = 'mysql://me:hunter2@127.0.0.1:1/x'
    const needsPostgres = 'DATABASE_URL begins with mysql:; Coatcheck needs PostgreSQL.'
    const { stderr } = await coatcheck(['migrate'], { DATABASE_URL: url }, { folder: postgresApp(url) })
    expect(stderr).toContain(needsPostgres)
    expect(stderr).not.toContain('hunter2')
    expect((await databaseProblem(postgresApp(url), { DATABASE_URL: url })).remedy).toContain(needsPostgres)
    expect((await coatcheck(['migrate'], { DATABASE_URL: url })).stderr, 'without a configuration').toContain(needsPostgres)
  })
})
