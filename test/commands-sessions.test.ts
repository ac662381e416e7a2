import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { cachedApp } from './app-folder'
import { coatcheck, coatcheckJson, inApp, postgres } from './commands'
import { query } from './postgres'
import { command } from './redis'
import { redisUrl } from './use-redis'

const expireAll = (env: { DATABASE_URL: string }) =>
  query(env.DATABASE_URL, "update sessions set expires_at = now() - interval '1 day'")

describe('clearsessions', () => {
  it('clearsessions deletes expired sessions in batches and prints its progress', async () => {
    const env = await postgres()
    await inApp(env, async (createSession) => {
      for (let i = 0; i < 20; i++) await createSession({ i })
      await expireAll(env)
      await createSession({ active: true })
    })
    expect((await coatcheck(['clearsessions', '--dry-run'], env)).stdout).toBe('20 expired sessions would be deleted.')
    const output = await coatcheck(['clearsessions', '--batch-size', '5'], env)
    expect([output.code, output.stdout]).toEqual([0, 'Deleted 20 expired sessions.'])
    expect(output.stderr.split('\n')).toEqual(
      [5, 10, 15, 20].map((done) => `${done} of 20 expired sessions (${Math.floor(done / 2) * 10} %)`),
    )
    expect(await query(env.DATABASE_URL, 'select count(*)::int from sessions')).toEqual([{ count: 1 }])
  })

  it('clearsessions draws a progress bar on a terminal', async () => {
    const env = await postgres()
    await inApp(env, async (createSession) => createSession({ a: 1 }))
    await expireAll(env)
    const progressStream = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY: true, columns: 100 })
    const output = await coatcheck(['clearsessions'], env, { progressStream })
    expect([output.code, output.stderr]).toEqual([0, ''])
    expect(String(progressStream.read())).toContain('100 % | 1 of 1 expired sessions')
  })

  it('clearsessions stops between two batches at Ctrl-C, and prints the number of deleted sessions', async () => {
    const env = await postgres()
    await inApp(env, async (createSession) => {
      for (let i = 0; i < 4; i++) await createSession({ i })
    })
    await expireAll(env)
    const interrupt = new AbortController()
    // Aborts at the first progress line.
    const terminal = { interruptSignal: () => interrupt.signal, printMessage: () => interrupt.abort() }
    const output = await coatcheck(['clearsessions', '--batch-size', '1'], env, terminal)
    expect([output.code, output.stdout]).toEqual([130, 'Stopped. Deleted 1 of 4 expired sessions.'])
    expect(await query(env.DATABASE_URL, 'select count(*)::int from sessions')).toEqual([{ count: 3 }])
  })
})

describe('list', () => {
  it('list pages through all sessions, sorted by creation and by last activity', async () => {
    const env = await postgres()
    const ids = await inApp(env, async (createSession) => {
      const created: string[] = []
      for (let i = 0; i < 5; i++) created.unshift(await createSession({ i }, `user ${i}`))
      return created
    })
    await query(env.DATABASE_URL, `update sessions set last_seen_at = created_at - (interval '1 day' * substr(user_id, 6)::int)`)
    const created = ids.toSorted().reverse() // ids of the same millisecond are in random order
    for (const [sort, expected] of Object.entries({ created, lastSeen: ids.toReversed() })) {
      const listed: string[] = []
      for (let after: string[] = []; ; ) {
        const { json: page } = await coatcheckJson(['list', '--sort', sort, '--limit', '2', ...after], env)
        listed.push(...page.sessions.map(({ id }: { id: string }) => id))
        if (page.next === null) break
        after = ['--after', page.next]
      }
      expect(listed, sort).toEqual(expected)
    }
    expect((await coatcheck(['list', '--limit', '1'], env)).stdout).toContain(`For the next page, add: --after ${created[0]}`)
  })

  it('list filters by user, by the start of an id, and by status', async () => {
    const env = await postgres()
    const [ann, cart] = await inApp(env, async (createSession) => [
      await createSession({ a: 1 }, 'ann'),
      await createSession({ a: 1 }),
    ])
    const idsOf = async (...args: string[]) =>
      (await coatcheckJson(['list', ...args], env)).json.sessions.map(({ id }: { id: string }) => id)
    expect(await idsOf('--user', 'ann')).toEqual([ann])
    expect(await idsOf('--search', 'an')).toEqual([ann])
    expect(await idsOf('--status', 'anonymous')).toEqual([cart])
    expect(await idsOf('--status', 'expired')).toEqual([])
    await expireAll(env)
    expect(await idsOf('--status', 'expired')).toEqual([cart, ann])
    expect((await coatcheck(['list'], env)).stdout).toMatch(/ann .* expired /)
  })

  it('list prints no character that could control the terminal', async () => {
    const env = await postgres()
    const data = { text: '\u001b[2J\u009b2J\u202e' }
    const id = await inApp(env, async (createSession) => createSession(data, 'ann\u001b]0;owned\u0007'))
    for (const args of [['list'], ['show', id], ['list', '--json'], ['show', id, '--json']]) {
      const { stdout } = await coatcheck(args, env)
      expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u)
    }
    expect((await coatcheckJson(['show', id], env)).json.data).toEqual(data)
  })
})

describe('show', () => {
  it('show hides values that look like secrets, unless --reveal is passed', async () => {
    const env = await postgres()
    const data = {
      name: 'Ann',
      apiKey: 'k-1',
      oauth: { access_token: 'abc', list: [{ password: { old: 'x' } }] },
      note: 'sk_live_4eC39HqLyjWDarjtT1zdp7dc',
      order: '0b5f3c1e-2f5e-4c3a-9d0e-1f2a3b4c5d6e',
      monkey: 'banana',
    }
    const id = await inApp(env, async (createSession) => createSession(data))
    const { stdout } = await coatcheck(['show', id], env)
    for (const hidden of ['k-1', 'abc', '"x"', 'sk_live']) expect(stdout).not.toContain(hidden)
    for (const visible of ['Ann', data.order, 'banana', 'apiKey']) expect(stdout).toContain(visible)
    expect((await coatcheckJson(['show', id, '--reveal'], env)).json.data).toEqual(data)
  })
})

describe('revoke', () => {
  const createThree = (env: { DATABASE_URL: string }) =>
    inApp(env, async (createSession) => [
      await createSession({ n: 1 }, 'ann'),
      await createSession({ n: 2 }, 'ann'),
      await createSession({ n: 3 }, 'bob'),
    ])

  it('revoke deletes all sessions of a user except the one in --except', async () => {
    const env = await postgres()
    const [kept = ''] = await createThree(env)
    expect(await coatcheckJson(['revoke', '--user', 'ann', '--except', kept], env)).toEqual({ code: 0, json: { revoked: 1 } })
    const { json: page } = await coatcheckJson(['list'], env)
    expect(page.sessions.map(({ userId }: { userId: string }) => userId)).toEqual(['bob', 'ann'])
  })

  it('revoke asks for confirmation on a terminal, and revokes nothing unless the reply is yes', async () => {
    const env = await postgres()
    const ids = await createThree(env)
    const questions: string[] = []
    const answering = (answer: boolean) => ({
      confirm: async (question: string) => {
        questions.push(question)
        return answer
      },
    })
    const no = await coatcheck(['revoke', ...ids], env, answering(false))
    expect([no.code, no.stdout]).toEqual([1, 'Cancelled. No session was revoked.'])
    const kept = await coatcheck(['revoke', '--user', 'ann', '--except', String(ids[0])], env, answering(false))
    expect(kept.code).toBe(1)
    const yes = await coatcheck(['revoke', '--user', 'ann'], env, answering(true))
    expect([yes.code, yes.stdout]).toEqual([0, 'Revoked 2 sessions.'])
    expect(questions).toEqual([
      'Revoke 3 sessions?',
      `User ann has 2 sessions. Revoke all except ${ids[0]}?`,
      'User ann has 2 sessions. Revoke them?',
    ])
    const unasked = await coatcheck(['revoke', '--yes', ...ids], env, answering(false))
    expect([unasked.code, unasked.stdout]).toEqual([0, 'Revoked 1 session. 2 sessions did not exist.'])
  })

  it('revoke also deletes the copies in the Redis cache', async () => {
    const env = await postgres()
    const [id = ''] = await createThree(env)
    const copy = `coatcheck:cache:{${id}}`
    await command(redisUrl, 'HSET', copy, 'row', 'old')
    const folder = cachedApp(env.DATABASE_URL, redisUrl)
    expect((await coatcheck(['revoke', id], {}, { folder })).stdout).toBe('Revoked 1 session.')
    expect(await command(redisUrl, 'HGET', copy, 'row')).toBeNull()
  })
})
