import { PassThrough } from 'node:stream'
import { describe, expect, inject, it } from 'vitest'
import { coatcheck, document, inApp, postgres } from './commands'
import { query } from './postgres'
import { command } from './redis'

const ends = (env: { DATABASE_URL: string }) => query(env.DATABASE_URL, "update sessions set expires_at = now() - interval '1 day'")

describe('clearsessions', () => {
  it('deletes what has expired, by batches, and says how far it is', async () => {
    const env = await postgres()
    await inApp(env, async ({ begin }) => {
      for (let i = 0; i < 20; i++) await begin({ i })
      await ends(env)
      await begin({ live: true })
    })
    expect((await coatcheck(['clearsessions', '--dry-run'], env)).stdout).toBe('20 expired sessions would be deleted.')
    const ran = await coatcheck(['clearsessions', '--batch-size', '5'], env)
    expect([ran.code, ran.stdout]).toEqual([0, 'Deleted 20 expired sessions.'])
    expect(ran.stderr.split('\n')).toEqual(
      [5, 10, 15, 20].map((done) => `${done} of 20 expired sessions (${Math.floor(done / 2) * 10} %)`),
    )
    expect(await query(env.DATABASE_URL, 'select count(*)::int from sessions')).toEqual([{ count: 1 }])
  })

  it('draws a bar on a terminal', async () => {
    const env = await postgres()
    await inApp(env, async ({ begin }) => begin({ a: 1 }))
    await ends(env)
    const screen = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY: true, columns: 100 })
    const ran = await coatcheck(['clearsessions'], env, { screen })
    expect([ran.code, ran.stderr]).toEqual([0, ''])
    expect(String(screen.read())).toContain('100 % | 1 of 1 expired sessions')
  })

  it('stopped by Ctrl-C between two batches says how many are gone', async () => {
    const env = await postgres()
    await inApp(env, async ({ begin }) => {
      for (let i = 0; i < 4; i++) await begin({ i })
    })
    await ends(env)
    const stop = new AbortController()
    const terminal = { interrupted: () => stop.signal, say: () => stop.abort() } // at the first sign of progress
    const ran = await coatcheck(['clearsessions', '--batch-size', '1'], env, terminal)
    expect([ran.code, ran.stdout]).toEqual([130, 'Stopped. Deleted 1 expired session; run it again for the rest.'])
    expect(await query(env.DATABASE_URL, 'select count(*)::int from sessions')).toEqual([{ count: 3 }])
  })
})

describe('list', () => {
  it('goes from page to page, by creation and by last use', async () => {
    const env = await postgres()
    const ids = await inApp(env, async ({ begin }) => {
      const made: string[] = []
      for (let i = 0; i < 5; i++) made.unshift(await begin({ i }, `user ${i}`))
      return made
    })
    await query(env.DATABASE_URL, `update sessions set last_seen_at = created_at - (interval '1 day' * substr(user_id, 6)::int)`)
    const created = ids.toSorted().reverse() // of two of one millisecond either id may be the larger
    for (const [sort, expected] of Object.entries({ created, lastSeen: ids.toReversed() })) {
      const seen: string[] = []
      for (let after: string[] = []; ; ) {
        const { json } = await document(['list', '--sort', sort, '--limit', '2', ...after], env)
        seen.push(...json.sessions.map(({ id }: { id: string }) => id))
        if (json.next === null) break
        after = ['--after', json.next]
      }
      expect(seen, sort).toEqual(expected)
    }
    expect((await coatcheck(['list', '--limit', '1'], env)).stdout).toContain(`--after ${created[0]}`)
  })

  it('filters by user, beginning and state', async () => {
    const env = await postgres()
    const [ann, cart] = await inApp(env, async ({ begin }) => [await begin({ a: 1 }, 'ann'), await begin({ a: 1 })])
    const idsOf = async (...args: string[]) =>
      (await document(['list', ...args], env)).json.sessions.map(({ id }: { id: string }) => id)
    expect(await idsOf('--user', 'ann')).toEqual([ann])
    expect(await idsOf('--search', 'an')).toEqual([ann])
    expect(await idsOf('--status', 'anonymous')).toEqual([cart])
    expect(await idsOf('--status', 'expired')).toEqual([])
    await ends(env)
    expect(await idsOf('--status', 'expired')).toEqual([cart, ann])
    expect((await coatcheck(['list'], env)).stdout).toMatch(/ann .* expired /)
  })

  it('prints no character that could steer the terminal', async () => {
    const env = await postgres()
    const id = await inApp(env, async ({ begin }) => begin({ text: '\u001b[2J\u009b2J\u202e' }, 'ann\u001b]0;owned\u0007'))
    for (const args of [['list'], ['show', id], ['list', '--json'], ['show', id, '--json']]) {
      const { stdout } = await coatcheck(args, env)
      expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u)
    }
    expect((await document(['show', id], env)).json.data.text).toBe('\u001b[2J\u009b2J\u202e')
  })
})

describe('show', () => {
  it('hides what looks like a secret, unless it is told to reveal it', async () => {
    const env = await postgres()
    const data = {
      name: 'Ann',
      apiKey: 'k-1',
      oauth: { access_token: 'abc', list: [{ password: { old: 'x' } }] },
      note: 'sk_live_4eC39HqLyjWDarjtT1zdp7dc',
      order: '0b5f3c1e-2f5e-4c3a-9d0e-1f2a3b4c5d6e',
      monkey: 'banana',
    }
    const id = await inApp(env, async ({ begin }) => begin(data))
    const { stdout } = await coatcheck(['show', id], env)
    for (const secret of ['k-1', 'abc', '"x"', 'sk_live']) expect(stdout).not.toContain(secret)
    for (const shown of ['Ann', data.order, 'banana', 'apiKey']) expect(stdout).toContain(shown)
    expect((await document(['show', id, '--reveal'], env)).json.data).toEqual(data)
  })
})

describe('revoke', () => {
  const begun = (env: { DATABASE_URL: string }) =>
    inApp(env, async ({ begin }) => [await begin({ n: 1 }, 'ann'), await begin({ n: 2 }, 'ann'), await begin({ n: 3 }, 'bob')])

  it('ends all of a user, but for one', async () => {
    const env = await postgres()
    const [spared = ''] = await begun(env)
    expect(await document(['revoke', '--user', 'ann', '--except', spared], env)).toEqual({ code: 0, json: { revoked: 1 } })
    const { json } = await document(['list'], env)
    expect(json.sessions.map(({ userId }: { userId: string }) => userId)).toEqual(['bob', 'ann'])
  })

  it('asks on a terminal, and ends nothing unless the answer is yes', async () => {
    const env = await postgres()
    const ids = await begun(env)
    const asked: string[] = []
    const answering = (answer: boolean) => ({
      confirm: async (question: string) => {
        asked.push(question)
        return answer
      },
    })
    const no = await coatcheck(['revoke', ...ids], env, answering(false))
    expect([no.code, no.stdout]).toEqual([1, 'Nothing was ended.'])
    const yes = await coatcheck(['revoke', '--user', 'ann'], env, answering(true))
    expect([yes.code, yes.stdout]).toEqual([0, 'Ended 2 sessions.'])
    expect(asked).toEqual(['End 3 sessions?', 'User ann has 2 sessions. End them?'])
    const unasked = await coatcheck(['revoke', '--yes', ...ids], env, answering(false))
    expect([unasked.code, unasked.stdout]).toEqual([0, 'Ended 1 session. 2 sessions had ended before.'])
  })

  it('behind a cache takes the copies in Redis along', async () => {
    const env = { ...(await postgres()), SESSION_ENGINE: 'cached', REDIS_URL: inject('redisUrl') }
    const [id = ''] = await begun(env)
    const copy = `coatcheck:cache:{${id}}`
    await command(env.REDIS_URL, 'HSET', copy, 'row', 'old')
    expect((await coatcheck(['revoke', id], env)).stdout).toBe('Ended 1 session.')
    expect(await command(env.REDIS_URL, 'HGET', copy, 'row')).toBeNull()
  })
})
