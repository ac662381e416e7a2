import { randomUUID } from 'node:crypto'
import { describe, expect, inject, it, vi } from 'vitest'
import { coatcheck, document, embedded, inApp, postgres } from './commands'

const secret = 'a secret for tests, 32 characters'

describe.each([
  ['PostgreSQL', postgres],
  ['an embedded database', embedded],
])('on %s', (_, fresh) => {
  it('a table is made, sessions are listed, shown and ended', async () => {
    const env = await fresh()
    expect(await document(['migrate'], env)).toEqual({ code: 0, json: { applied: expect.any(Number) } })
    expect((await coatcheck(['migrate'], env)).stdout).toMatch(/^Nothing to do/)
    expect((await coatcheck(['list'], env)).stdout).toBe('No sessions.')
    const [cart, ann] = await inApp(env, async ({ begin }) => [await begin({ cart: 'scarf' }), await begin({ a: 1 }, 'ann')])
    const { json } = await document(['list'], env)
    expect(json.sessions.map(({ id }: { id: string }) => id)).toEqual([ann, cart])
    expect(json.sessions[0]).toMatchObject({ userId: 'ann', active: true, createdAt: expect.stringMatching(/^20.*Z$/) })
    expect(JSON.stringify(json)).not.toContain('scarf')
    expect(await document(['show', String(cart)], env)).toMatchObject({ code: 0, json: { id: cart, data: { cart: 'scarf' } } })
    expect((await coatcheck(['revoke', String(ann)], env)).stdout).toBe('Ended 1 session.')
    expect((await document(['show', String(ann)], env)).json.error.code).toBe('NOT_FOUND')
    expect(await document(['clearsessions'], env)).toEqual({ code: 0, json: { deleted: 0, done: true } })
    const { code, json: found } = await document(['check'], { ...env, SESSION_SECRET: secret })
    expect([code, found]).toEqual([0, expect.objectContaining({ ok: true, active: 1, expired: 0, problems: [] })])
  })
})

describe('the engines', () => {
  it.each(['cookie', 'memory'])('%s: each command says why it cannot', async (SESSION_ENGINE) => {
    for (const args of [['list'], ['show', randomUUID()], ['revoke', randomUUID()], ['clearsessions']]) {
      const { code, json } = await document(args, { SESSION_ENGINE })
      expect([code, json.error.code]).toEqual([1, 'CONFIG_INVALID'])
      expect(json.error.message).toMatch(new RegExp(`^SESSION_ENGINE is ${SESSION_ENGINE}: sessions lie in`))
    }
    expect((await coatcheck(['migrate'], { SESSION_ENGINE })).stdout).toMatch(/which needs no table/)
    expect((await coatcheck(['check'], { SESSION_ENGINE, SESSION_SECRET: secret })).code).toBe(0)
  })

  it('redis: lists and ends, and has nothing to clear', async () => {
    const env = { SESSION_ENGINE: 'redis', REDIS_URL: inject('redisUrl') }
    expect((await document(['list', '--user', randomUUID()], env)).json).toEqual({ sessions: [], next: null })
    expect((await document(['revoke', randomUUID()], env)).json).toEqual({ revoked: 0 })
    expect((await coatcheck(['clearsessions'], env)).stdout).toMatch(/^Nothing to do: Redis itself/)
  })

  it('an unknown one is named with those that there are', async () => {
    const { json } = await document(['list'], { SESSION_ENGINE: 'sql' })
    expect(json.error.message).toMatch(/^SESSION_ENGINE is "sql"; use db, cached, redis, cookie, memory/)
  })
})

it('nothing that fails tells data, a secret, or the password of a connection', async () => {
  const marker = 'hunter2marker'
  const warn = vi.mocked(console.warn).mockImplementation(() => {})
  const env = { SESSION_SECRET: marker, CRON_SECRET: marker, SESSION_ENGINE: 'cached' }
  const places = [
    { DATABASE_URL: `postgresql://me:${marker}@127.0.0.1:1/x`, REDIS_URL: `redis://me:${marker}@127.0.0.1:1` },
    { DATABASE_URL: `postgres//me:${marker}@127.0.0.1:1/x`, REDIS_URL: `nonsense ${marker}` },
    { POSTGRES_URL: `postgresql://me:${marker}@localhost:1/x`, DATABASE_DRIVER: 'vercel' },
  ]
  const commands = [
    ['list'],
    ['migrate'],
    ['check'],
    ['clearsessions'],
    ['revoke', marker],
    ['show', marker],
    ['revoke', randomUUID()],
  ]
  const printed: string[] = []
  for (const place of places) {
    for (const args of commands.flatMap((args) => [args, [...args, '--json']])) {
      const { code, stdout, stderr } = await coatcheck(args, { ...env, ...place })
      expect(code).not.toBe(0)
      printed.push(stdout, stderr)
    }
  }
  // That Redis is away is told once by each command that asks it.
  expect(warn.mock.calls.every(([line]) => /^coatcheck: Redis failed/.test(line))).toBe(true)
  expect(printed.concat(warn.mock.calls.flat()).join('\n')).not.toContain(marker)
  warn.mockClear()
})

describe('wrong usage', () => {
  it.each([
    [['migrat'], /unknown command 'migrat'/],
    [['list', '--limit', '0'], /whole number from 1 to 1000/],
    [['list', '--limit', 'x'], /whole number/],
    [['list', '--status', 'dead'], /Allowed choices are active/],
    [['list', '--after', 'x'], /Use what the page before says/],
    [['list', '--sort', 'lastSeen', '--after', randomUUID()], /sorted in another way/],
    [['list', '--wrong'], /unknown option '--wrong'/],
    [['clearsessions', '--batch-size', '-1'], /whole number/],
    [['show'], /missing required argument 'id'/],
    [['revoke'], /pass the ids of sessions, or --user/],
    [['revoke', randomUUID(), '--user', 'ann'], /pass the ids of sessions, or --user/],
    [['revoke', randomUUID(), '--except', randomUUID()], /--except goes with --user/],
    [['revoke', 'v1.abc.token'], /a session id is a UUID/],
  ])('%j is exit code 2, also as JSON', async (args, message) => {
    const ran = await coatcheck(args)
    expect([ran.code, ran.stdout]).toEqual([2, ''])
    expect(ran.stderr).toMatch(message)
    const { code, json } = await document(args)
    expect([code, json]).toEqual([2, { error: { code: 'USAGE', message: expect.stringMatching(message) } }])
  })

  it('help is no mistake, no command is one', async () => {
    expect(await coatcheck(['--help'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Usage: coatcheck/) })
    expect(await coatcheck(['list', '--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('--search') })
    expect(await coatcheck([])).toMatchObject({ code: 2, stderr: expect.stringMatching(/^Usage: coatcheck/) })
  })
})
