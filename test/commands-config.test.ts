import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Environment } from '../lib/cli/environment'
import { appFolder, configuredApp, postgresApp } from './app-folder'
import { coatcheck, coatcheckJson, inApp, postgres } from './commands'
import { query } from './postgres'
import { command } from './redis'
import { redisUrl } from './use-redis'

describe('with a coatcheck.config.ts, the commands', () => {
  it('the commands use the database of the app and need no environment variable', async () => {
    const env = await postgres()
    const run = (...args: string[]) => coatcheckJson(args, {}, { folder: postgresApp(env.DATABASE_URL) })
    expect(await run('migrate')).toEqual({ code: 0, json: { applied: expect.any(Number) } })
    const id = await inApp(env, (createSession) => createSession({ cart: 'scarf' }, 'ann'))
    expect((await run('list')).json.sessions).toEqual([expect.objectContaining({ id, userId: 'ann' })])
    expect((await run('show', id)).json.data).toEqual({ cart: 'scarf' })
    expect((await run('clearsessions')).json).toEqual({ deleted: 0, done: true })
    expect(await run('check')).toEqual({ code: 0, json: expect.objectContaining({ config: 'coatcheck.config.ts', driver: 'pg' }) })
    expect((await run('revoke', id)).json).toEqual({ revoked: 1 })
  })

  it.each([
    ['statement_timeout: 4500', ['Pool']],
    ['query_timeout: 5000', []],
  ])('check reports a pool without query_timeout (%s)', async (limits, problems) => {
    const env = await postgres()
    const run = (command: string) => coatcheckJson([command], {}, { folder: postgresApp(env.DATABASE_URL, { limits }) })
    await run('migrate')
    const { code, json } = await run('check')
    expect([code, json.problems.map(({ name }: { name: string }) => name)]).toEqual([problems.length, problems])
    expect(json.active, 'the other parts are checked, too').toBe(0)
  })

  it('the commands call onEvent of the app, and wait for it', async () => {
    const env = await postgres()
    const id = await inApp(env, (createSession) => createSession({ a: 1 }, 'ann'))
    await query(env.DATABASE_URL, 'create table events (event jsonb)')
    const onEvent = "onEvent: async (event) => { await pool.query('insert into events values ($1)', [JSON.stringify(event)]) }"
    await coatcheck(['revoke', id], {}, { folder: postgresApp(env.DATABASE_URL, { options: onEvent }) })
    expect(await query(env.DATABASE_URL, 'select event from events')).toEqual([
      { event: { type: 'revoked', sessions: [{ id, userId: 'ann' }], by: null } },
    ])
  })

  it('the commands succeed although onEvent throws, and report the error', async () => {
    const env = await postgres()
    const id = await inApp(env, (createSession) => createSession({ a: 1 }))
    const folder = postgresApp(env.DATABASE_URL, { options: "onEvent: () => { throw new TypeError('hunter2') }" })
    const { code, stderr } = await coatcheck(['revoke', id], {}, { folder })
    expect([code, stderr]).toEqual([0, "onEvent threw on 'revoked': TypeError"])
  })

  it('the commands use the Redis of the app with its prefix', async () => {
    const prefix = `${randomUUID()}:`
    const setup = `import { redisStore } from 'coatcheck/redis'
import { createClient } from 'redis'
const client = () => createClient({ url: '${redisUrl}', disableOfflineQueue: true })`
    const run = (...args: string[]) =>
      coatcheckJson(args, {}, { folder: configuredApp(`store: redisStore(client, { prefix: '${prefix}' })`, setup) })
    expect((await run('list')).json).toEqual({ sessions: [], next: null })
    expect((await run('migrate')).json).toEqual({ applied: 0 })
    expect((await run('clearsessions')).json).toEqual({ deleted: 0, done: true })
    expect(await run('check')).toMatchObject({ code: 0, json: { store: 'redis', active: 0 } })
    await command(redisUrl, 'ZADD', `${prefix}{all}:expires`, String(Date.now() + 60_000), randomUUID())
    expect((await run('check')).json.active).toBe(1)
  })

  it.each([
    ['cookieStore()', "import { cookieStore } from 'coatcheck/cookie'", "the visitors' browsers"],
    [
      'memoryStore({ allowInProduction: true })',
      "import { memoryStore } from 'coatcheck/store'",
      'the memory of the running server',
    ],
  ])('the commands fail for %s with the reason, except migrate and check', async (store, setup, place) => {
    const run = (...args: string[]) => coatcheckJson(args, {}, { folder: configuredApp(`store: ${store}`, setup) })
    for (const args of [['list'], ['show', randomUUID()], ['revoke', randomUUID()], ['clearsessions']]) {
      const { code, json: failure } = await run(...args)
      expect([code, failure.error.code]).toEqual([1, 'CONFIG_INVALID'])
      expect(failure.error.message).toContain(`are stored in ${place}, where no command can reach them`)
    }
    expect((await run('migrate')).json).toEqual({ applied: 0 })
    expect((await run('check')).code).toBe(0)
  })

  it('the commands load the paths of tsconfig.json, server-only, JSX and the modules of Next', async () => {
    const env = await postgres()
    const imports = `import { Message } from '@/app/message'
import { after } from 'next/server'
import { headers } from 'next/headers'
import { revalidatePath } from 'next/cache'
import { redirect } from 'next/navigation'
import { cache } from 'react'
export const used = [Message, after, headers, revalidatePath, redirect, cache(() => 1)]`
    const message = "'use client'\nexport const Message = ({ text }: { text: string }) => <p>{text}</p>"
    const folder = postgresApp(env.DATABASE_URL, { imports, files: { 'app/message.tsx': message } })
    expect((await coatcheckJson(['migrate'], {}, { folder })).code).toBe(0)
  })

  it('the commands lift the time limits of the pool, because a large table takes longer than a request', async () => {
    const env = await postgres()
    const folder = postgresApp(env.DATABASE_URL, { limits: 'statement_timeout: 1, query_timeout: 1' })
    expect((await coatcheckJson(['migrate'], {}, { folder })).code).toBe(0)
  })

  it('the command migrate uses DATABASE_URL if the driver of the app has no transactions', async () => {
    const { DATABASE_URL } = await postgres()
    const setup = `import { drizzleStore } from 'coatcheck/drizzle'
import { neon } from '@neondatabase/serverless'
import { drizzle } from 'drizzle-orm/neon-http'
const db = drizzle(neon('postgresql://me:hunter2@localhost/x'))`
    const run = (env: Environment) => coatcheckJson(['migrate'], env, { folder: configuredApp('store: drizzleStore(db)', setup) })
    const { code, json: failure } = await run({})
    expect([code, failure.error.message]).toEqual([1, expect.stringMatching(/need transactions.*Set DATABASE_URL/)])
    expect(failure.error.message).not.toContain('npx coatcheck migrate')
    expect(await run({ DATABASE_URL })).toEqual({ code: 0, json: { applied: expect.any(Number) } })
  })
})

describe('a coatcheck.config.ts that cannot be used is reported:', () => {
  const messageOf = async (files: Readonly<Record<string, string>>, ...args: string[]) => {
    const { code, json: report } = await coatcheckJson(args, {}, { folder: appFolder(files) })
    expect(code).toBe(1)
    return (report.error?.message ?? report.problems[0].remedy) as string
  }

  it.each([
    ['export const a = 1', /coatcheck\.config\.ts has no default export with a function sessions\. Write: export default/],
    ['export default { sessions: {} }', /has no default export with a function sessions/],
    ['export default { sessions: () => ({ list() {} }) }', /does not return the result of createSessions/],
    [
      "import './missing'\nexport default {}",
      /cannot be loaded through coatcheck\.config\.ts: Error: Cannot find module '\.\/missing'/,
    ],
    ["export default { sessions: () => import('./missing') }", /cannot be loaded .*Cannot find module/],
    ["throw new Error('POSTGRES_URL is not set')", /Error: POSTGRES_URL is not set/],
  ])('%s', async (text, message) => {
    for (const command of ['list', 'migrate', 'check']) {
      expect(await messageOf({ 'coatcheck.config.ts': text }, command)).toMatch(message)
    }
  })

  it('the error does not contain the password of a URL in the error of the app', async () => {
    const text = "throw new Error('bad URL postgresql://me:hunter2@db/x')"
    expect(await messageOf({ 'coatcheck.config.ts': text }, 'list')).toContain('bad URL postgresql://…@db/x')
  })
})

describe('check with a coatcheck.config.ts', () => {
  it('check reads the options of the app, even if its secret is in another variable', async () => {
    const env = await postgres()
    await coatcheck(['migrate'], env)
    const check = async (options: string) =>
      (await coatcheck(['check'], {}, { folder: postgresApp(env.DATABASE_URL, { options }) })).stdout
    expect(await check('')).toMatch(/ok +Options +the secret has 33 characters/)
    expect(await check('secret: undefined')).toMatch(/FAIL +Options +an option is not valid\n +secret is missing/)
    expect(await check("maxAge: 'soon'")).toMatch(/FAIL +Options .*\n +maxAge/)
    const secrets = "secret: ['first secret for tests, 32 chars', 'another secret for tests, 32 chars']"
    expect(await check(secrets)).toMatch(/the secret is a list of 2.*deploy old,new to every server before new,old/)
  })
})
