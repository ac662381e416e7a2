import { createSessions, type Json, type UserOptions } from 'coatcheck'
import { drizzleStore, migrate } from 'coatcheck/drizzle'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type OpenDatabase, openDatabase } from '../../../app/db'
import { FakeBrowser } from '../../../test/browser'
import { createDatabase } from '../../../test/postgres'
import { sharedServer } from '../../../test/shared-server'

interface User {
  readonly id: string
  readonly hash: string
}

// Two servers, each with its own connections, on one database. On each of them, checking the password and logging in
// are two steps.
describe('a login with the old password that commits after the password was changed', () => {
  const servers: OpenDatabase[] = []
  beforeAll(async () => {
    const url = await createDatabase(await sharedServer('postgres'))
    for (let i = 0; i < 2; i++) servers.push(await openDatabase({ DATABASE_URL: url }))
    await migrate(databaseOf(0))
    await databaseOf(0).execute(sql`create table people (id text primary key, hash text not null)`)
  })
  afterAll(() => Promise.all(servers.map((server) => server.close())))

  const databaseOf = (server: number) => servers[server]?.db ?? expect.unreachable('there are two servers')

  async function find(server: number, id: string): Promise<User | undefined> {
    const { rows } = (await databaseOf(server).execute(sql`select id, hash from people where id = ${id}`)) as { rows: User[] }
    return rows[0]
  }

  /** One of the two servers of an app. */
  function serverOf(server: number, withHash: boolean) {
    const user: UserOptions<User> = { load: (id) => find(server, id), ...(withHash && { authHash: ({ hash }: User) => hash }) }
    const store = drizzleStore(databaseOf(server))
    const options = { secret: 'a secret for tests, 32 characters', store, autoClear: false }
    const sessions = createSessions<Record<string, Json>, User>({ ...options, user })
    const logIn = (browser: FakeBrowser, { id, hash }: User) =>
      browser.visit(async () => (await sessions.getSession()).login(id, { authHash: hash }))
    const seenBy = (browser: FakeBrowser) => browser.visit(async () => (await sessions.getUser())?.id ?? null)
    return { ...sessions, logIn, seenBy }
  }

  /**
   * Changes the password in one browser while a login with the old one is between its check and its commit on the other
   * server.
   */
  async function race(id: string, withHash: boolean) {
    const [first, second] = [serverOf(0, withHash), serverOf(1, withHash)]
    await databaseOf(0).execute(sql`insert into people values (${id}, 'old')`)
    const [owner, thief] = [new FakeBrowser(), new FakeBrowser()]
    await first.logIn(owner, (await find(0, id)) as User)
    const checked = (await find(1, id)) as User // the old password is still correct here
    await owner.visit(async () => {
      const session = await first.requireUser()
      await databaseOf(0).execute(sql`update people set hash = 'new' where id = ${id}`)
      await session.cycleKey({ authHash: 'new' })
      await session.revokeOthers()
    })
    await second.logIn(thief, checked)
    return { first, second, owner, thief }
  }

  it('a late login with the old password grants no access on either server, and its session is deleted', async () => {
    for (let round = 0; round < 10; round++) {
      const id = `with hash ${round}`
      const { first, second, owner, thief } = await race(id, true)
      const copy = thief.copy()
      expect([await first.seenBy(thief), await second.seenBy(copy)]).toEqual([null, null])
      expect([await first.seenBy(owner), await second.seenBy(owner.copy())]).toEqual([id, id])
      expect((await first.list({ userId: id })).length).toBe(1)
    }
  })

  it('a late login with the old password stays valid without the option authHash', async () => {
    const { second, thief } = await race('without hash', false)
    expect(await second.seenBy(thief)).toBe('without hash')
  })

  it('parallel logins and password changes leave only the current session, which has the new password', async () => {
    const id = 'parallel'
    const { first, second, owner } = await race(id, true)
    for (let round = 0; round < 10; round++) {
      const old = (await find(1, id)) as User
      const others = Array.from({ length: 5 }, () => new FakeBrowser())
      const change = owner.visit(async () => {
        const session = await first.requireUser()
        await databaseOf(0).execute(sql`update people set hash = ${`new ${round}`} where id = ${id}`)
        await session.cycleKey({ authHash: `new ${round}` })
      })
      await Promise.all([change, ...others.map((browser) => second.logIn(browser, old))])
      for (const browser of others) expect(await first.seenBy(browser)).toBeNull()
      expect(await second.seenBy(owner.copy())).toBe(id)
    }
  })
})
