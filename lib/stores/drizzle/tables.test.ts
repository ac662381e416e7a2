import { randomUUID } from 'node:crypto'
import { createSessions } from 'coatcheck'
import { drizzleStore, migrate, sessionsTable, sessionsTableAs } from 'coatcheck/drizzle'
import { type SessionStore, storeContract } from 'coatcheck/store'
import { withRequest } from 'coatcheck/testing'
import { eq, sql } from 'drizzle-orm'
import { boolean, index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drivers, emptyDatabase } from '../../../test/databases'

const secret = 'an-example-secret-of-32-characters-or-more'
const policy = { maxAgeSeconds: 600, absoluteSeconds: null, touchSeconds: 60 }
const shopSessions = sessionsTableAs('shop_sessions', {
  columns: { tenant: uuid('tenant_id'), seats: integer(), trial: boolean('is_trial').default(true), note: text() },
  indexes: (table) => [index('shop_sessions_tenant_id').on(table.tenant, table.lastSeenAt.desc())],
})
const staffSessions = sessionsTableAs('sessions', { schema: 'staff' })

const aSession = (columns?: Record<string, string | number | boolean | null>) => ({
  id: randomUUID(),
  tokenHash: randomUUID(),
  userId: null,
  authHash: null,
  expiry: null,
  data: {},
  ip: null,
  userAgent: null,
  ...(columns && { columns }),
})

describe.each(drivers)('sessionsTableAs on %s', (driver) => {
  let database: Awaited<ReturnType<typeof emptyDatabase>>
  beforeAll(async () => {
    database = await emptyDatabase(driver)
    await migrate(database.db)
    await migrate(database.db, { table: shopSessions })
    await migrate(database.db, { table: staffSessions })
  })
  afterAll(() => database.close())
  const prepare = driver !== 'pg behind PgBouncer'

  it('two apps with two tables in one database are separate', async () => {
    const [shop, staff] = [shopSessions, staffSessions].map((table) =>
      createSessions({ secret, store: drizzleStore(database.db, { table, prepare }), maxPerUser: 1 }),
    )
    await withRequest({}, async () => (await staff?.getSession())?.login(7))
    await withRequest({}, async () => {
      const session = await shop?.getSession()
      await session?.login(7)
      expect(await session?.revokeOthers()).toBe(0)
    })
    const [customer] = (await shop?.list({ userId: 7 })) ?? []
    const [colleague] = (await staff?.list({ userId: 7 })) ?? []
    expect([await shop?.count(), await staff?.count()]).toEqual([1, 1])
    expect(customer?.id).not.toBe(colleague?.id)
    expect([(await shop?.stats())?.active, (await staff?.stats())?.active]).toEqual([1, 1])
    expect(await shop?.revokeUser(7)).toBe(1)
    expect([await shop?.count(), await staff?.count()]).toEqual([0, 1])
  })

  it('a store on a table with own columns keeps every rule of the store contract', async () => {
    const store = drizzleStore(database.db, { table: shopSessions, prepare })
    const elapse = async (seconds: number) => {
      const columns = ['created_at', 'authenticated_at', 'last_seen_at', 'expires_at', 'expiry_at', 'rotated_at']
      const earlier = columns.map((column) => `${column} = ${column} - interval '${seconds} seconds'`)
      await database.db.execute(sql.raw(`update shop_sessions set ${earlier.join(', ')}`))
    }
    for (const { run } of storeContract.filter(({ id }) => /credentials|columns|create|replace|take|rotat|filter|page/.test(id))) {
      await run({ store, elapse })
    }
  })

  it('a new session has the defaults of own columns, and a change keeps the columns that it does not name', async () => {
    const store = drizzleStore(database.db, { table: shopSessions, prepare })
    const tenant = randomUUID()
    const session = aSession({ tenant })
    expect((await store.create(session, policy))?.columns).toEqual({ tenant, seats: null, trial: true, note: null })
    const changed = await store.update(session, { columns: { seats: 3, note: "it's" }, extendsExpiry: true }, policy)
    expect(changed).toMatchObject({ columns: { tenant, seats: 3, trial: true, note: "it's" }, version: 1 })
    const [row] = await database.db.select().from(shopSessions).where(eq(shopSessions.id, session.id))
    expect([row?.tenant, row?.seats, row?.trial]).toEqual([tenant, 3, true])
  })

  it('a filter by an unknown column is rejected, because it would select all sessions', async () => {
    const store = drizzleStore(database.db, { table: shopSessions, prepare })
    const plain = drizzleStore(database.db, { prepare })
    const expected = { code: 'CONFIG_INVALID', message: expect.stringContaining('tenat') }
    await expect(store.list({ columns: { tenat: 'a' }, sort: 'created', limit: 1 })).rejects.toMatchObject(expected)
    await expect(plain.count({ columns: { tenat: 'a' } })).rejects.toMatchObject(expected)
    await expect(store.create(aSession({ tenat: 'a' }), policy)).rejects.toMatchObject(expected)
  })

  it('the parts of a table have its name and schema, and a table without own columns returns none', async () => {
    const { db } = database
    const names = await db
      .select({ name: sql<string>`schemaname || '.' || indexname` })
      .from(sql`pg_indexes`)
      .where(sql`tablename in ('shop_sessions', 'sessions') and indexname not like '%pkey'`)
    const base = ['expires_at', 'ip', 'last_seen_at', 'user_id']
    const expected = ['public.sessions_', 'public.shop_sessions_', 'staff.sessions_'].flatMap((table) =>
      base.map((part) => table + part),
    )
    expect(names.map(({ name }) => name).sort()).toEqual([...expected, 'public.shop_sessions_tenant_id'].sort())
    expect(await drizzleStore(db, { table: staffSessions, prepare }).create(aSession(), policy)).not.toHaveProperty('columns')
  })
})

describe('sessionsTableAs', () => {
  it('sessionsTable is the table with the default name and without own columns', () => {
    expect(Object.keys(sessionsTableAs('sessions'))).toEqual(Object.keys(sessionsTable))
    const store: SessionStore = drizzleStore(() => Promise.reject(new Error('closed')), { table: shopSessions })
    expect(store.columnNames).toEqual(['tenant', 'seats', 'trial', 'note'])
    expect(drizzleStore(() => Promise.reject(new Error('closed'))).columnNames).toBeUndefined()
  })

  it.each([
    ['a required column', () => sessionsTableAs('a', { columns: { tenant: text().notNull() } }), /tenant is required/],
    ['a column of the library', () => sessionsTableAs('a', { columns: { userId: text() } }), /userId is a column/],
    ['a second column of one name', () => sessionsTableAs('a', { columns: { account: text('user_id') } }), /two columns user_id/],
    ['a generated column', () => sessionsTableAs('a', { columns: { n: integer().generatedAlwaysAsIdentity() } }), /n is generated/],
    ['an index without a name', () => sessionsTableAs('a', { indexes: (table) => [index().on(table.ip)] }), /has no name/],
    ['a name with a quote', () => sessionsTableAs('a"b'), /not usable/],
    ['a name that is too long', () => sessionsTableAs('a'.repeat(60)), /at most 50/],
  ])('%s is rejected with a remedy', (_, create, message) => {
    expect(create).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) }))
  })

  it('an app can declare a foreign key to its table', () => {
    const carts = pgTable('carts', { session: uuid().references(() => shopSessions.id, { onDelete: 'cascade' }) })
    expect(carts.session.getSQLType()).toBe('uuid')
  })
})
