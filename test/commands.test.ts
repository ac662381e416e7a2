import { randomUUID } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import { cachedApp } from './app-folder'
import { coatcheck, coatcheckJson, embedded, inApp, postgres } from './commands'

const secret = 'a secret for tests, 32 characters'

describe.each([
  ['PostgreSQL', postgres],
  ['an embedded database', embedded],
])('the commands on %s', (_, createEnvironment) => {
  it('the commands create the table, and list, show, revoke and count sessions', async () => {
    const env = await createEnvironment()
    expect(await coatcheckJson(['migrate'], env)).toEqual({ code: 0, json: { applied: expect.any(Number) } })
    expect((await coatcheck(['migrate'], env)).stdout).toMatch(
      /^Nothing to do: the table sessions is up to date \(migration \d{4}_\w+\) in \S/,
    )
    expect((await coatcheck(['list'], env)).stdout).toBe('No sessions found.')
    const [cart, ann] = await inApp(env, async (createSession) => [
      await createSession({ cart: 'scarf' }),
      await createSession({ a: 1 }, 'ann'),
    ])
    const { json: page } = await coatcheckJson(['list'], env)
    expect(page.sessions.map(({ id }: { id: string }) => id)).toEqual([ann, cart])
    expect(page.sessions[0]).toMatchObject({ userId: 'ann', active: true, createdAt: expect.stringMatching(/^20.*Z$/) })
    expect(JSON.stringify(page)).not.toContain('scarf')
    expect(await coatcheckJson(['show', String(cart)], env)).toMatchObject({ code: 0, json: { id: cart, data: { cart: 'scarf' } } })
    expect((await coatcheck(['revoke', String(ann)], env)).stdout).toBe('Revoked 1 session.')
    expect((await coatcheckJson(['show', String(ann)], env)).json.error.code).toBe('NOT_FOUND')
    expect(await coatcheckJson(['clearsessions'], env)).toEqual({ code: 0, json: { deleted: 0, done: true } })
    const { code, json: report } = await coatcheckJson(['check'], { ...env, SESSION_SECRET: secret })
    expect([code, report]).toEqual([0, expect.objectContaining({ ok: true, active: 1, expired: 0, problems: [] })])
  })
})

it('migrate without a configuration says that it does not know tables and columns of the app', async () => {
  const env = await postgres()
  await coatcheck(['migrate'], env)
  expect((await coatcheck(['migrate'], env)).stdout).toMatch(/up to date .* in .*\. Without a coatcheck\.config\.ts, this command/)
})

it('migrate on an embedded database says that an app may migrate by itself', async () => {
  const env = await embedded()
  await coatcheck(['migrate'], env)
  expect((await coatcheck(['migrate'], env)).stdout).toMatch(/the embedded database in .*you need not run this command\.$/)
})

it('a failed command never prints data, a secret, or the password of a connection', async () => {
  const marker = 'hunter2marker'
  const warn = vi.mocked(console.warn).mockImplementation(() => {})
  const env = { SESSION_SECRET: marker, CRON_SECRET: marker }
  const url = `postgresql://me:${marker}@127.0.0.1:1/x`
  const cached = cachedApp(url, `redis://me:${marker}@127.0.0.1:1`)
  const places = [
    { env: { DATABASE_URL: url } },
    { env: { DATABASE_URL: `postgres//me:${marker}@127.0.0.1:1/x` } },
    { env: { POSTGRES_URL: url } },
    { folder: cached },
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
      const { code, stdout, stderr } = await coatcheck(args, { ...env, ...place.env }, place.folder ? { folder: place.folder } : {})
      expect(code).not.toBe(0)
      printed.push(stdout, stderr)
    }
  }
  // Each command that uses Redis warns once that it is unreachable.
  expect(warn.mock.calls.every(([line]) => /^coatcheck: Redis failed/.test(line))).toBe(true)
  expect(printed.concat(warn.mock.calls.flat()).join('\n')).not.toContain(marker)
  warn.mockClear()
})

describe('the command line', () => {
  it.each([
    [['migrat'], /unknown command 'migrat'/],
    [['list', '--limit', '0'], /whole number from 1 to 1000/],
    [['list', '--limit', 'x'], /whole number/],
    [['list', '--status', 'dead'], /Allowed choices are active/],
    [['list', '--after', 'x'], /Use the value that the previous page printed/],
    [['list', '--sort', 'lastSeen', '--after', randomUUID()], /belongs to a list with another --sort/],
    [['list', '--wrong'], /unknown option '--wrong'/],
    [['clearsessions', '--batch-size', '-1'], /whole number/],
    [['show'], /missing required argument 'id'/],
    [['revoke'], /pass either session ids or --user/],
    [['revoke', randomUUID(), '--user', 'ann'], /pass either session ids or --user/],
    [['revoke', randomUUID(), '--except', randomUUID()], /--except requires --user/],
    [['revoke', 'v1.abc.token'], /a session id is a UUID/],
  ])('the arguments %j are rejected with exit code 2, even with --json', async (args, message) => {
    const output = await coatcheck(args)
    expect([output.code, output.stdout]).toEqual([2, ''])
    expect(output.stderr).toMatch(message)
    const { code, json: failure } = await coatcheckJson(args)
    expect([code, failure]).toEqual([2, { error: { code: 'USAGE', message: expect.stringMatching(message) } }])
  })

  it('the help is printed with exit code 0 for --help, and with exit code 2 without a command', async () => {
    expect(await coatcheck(['--help'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Usage: coatcheck/) })
    expect(await coatcheck(['list', '--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('--search') })
    expect(await coatcheck([])).toMatchObject({ code: 2, stderr: expect.stringMatching(/^Usage: coatcheck/) })
  })
})
