import type { Json } from 'coatcheck'
import { drizzle } from 'drizzle-orm/node-postgres'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { FakeBrowser } from '../../test/browser'
import { createDatabase } from '../../test/postgres'
import { postgresUrl } from '../../test/use-postgres'

const rounds = process.env.TEST_ALL ? 500 : 40

/** Loads a new copy of the library, with its own pool, as a second process would. */
async function aServer(connectionString: string) {
  vi.resetModules()
  const { createSessions } = await import('coatcheck')
  const { drizzleStore, migrate } = await import('coatcheck/drizzle')
  const pool = new Pool({ connectionString })
  await migrate(drizzle(pool))
  const events: string[] = []
  const sessions = createSessions<Record<string, Json>>({
    secret: 'a secret for tests, 32 characters',
    store: drizzleStore(drizzle(pool)),
    autoClear: false,
    onEvent: ({ type }) => void events.push(type),
  })
  return { ...sessions, events, close: () => pool.end() }
}

describe('two servers on one PostgreSQL', () => {
  let servers: readonly [Awaited<ReturnType<typeof aServer>>, Awaited<ReturnType<typeof aServer>>]
  beforeAll(async () => {
    const url = await createDatabase(postgresUrl)
    servers = [await aServer(url), await aServer(url)]
  })
  afterAll(async () => {
    for (const { close } of servers) await close()
  })

  it('a login form that is submitted to both servers at once keeps one session with the cart', async () => {
    for (let round = 0; round < rounds; round++) {
      const [first, userId] = [new FakeBrowser(), `twice ${round}`]
      await first.visit(async () => (await servers[0].getSession()).set('cart', ['coat']))
      const browsers = [first, first.copy()]
      await Promise.all(browsers.map((each, n) => each.visit(async () => (await servers[n]?.getSession())?.login(userId))))
      expect((await servers[0].list({ userId })).map(({ data }) => data)).toEqual([{ cart: ['coat'] }])
      const users = browsers.map((each) => each.visit(async () => (await servers[0].getSession()).userId))
      expect(
        (await Promise.all(users)).filter((each) => each === userId),
        'the later login',
      ).toHaveLength(1)
    }
  })

  it('logout succeeds and deletes the session while another tab, or a thief, rotates the token', async () => {
    for (let round = 0; round < rounds; round++) {
      const leaving = new FakeBrowser()
      const id = await leaving.visit(async () => {
        const session = await servers[0].getSession()
        await session.login(`leaving ${round}`)
        return String(session.id)
      })
      const rotating = leaving.copy()
      const rotation = rotating.visit(async () => (await servers[1].getSession()).cycleKey()).catch(({ code }) => code)
      await leaving.visit(async () => (await servers[0].getSession()).logout())
      expect([undefined, 'INTERRUPTED']).toContain(await rotation)
      expect([await servers[0].get(id), leaving.cookies]).toEqual([null, {}])
      expect(await rotating.visit(async () => (await servers[1].getSession()).userId)).toBeNull()
    }
    expect(servers[1].events, 'at least one rotation came first').toContain('cycled')
  })
})
