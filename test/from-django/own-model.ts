import { randomUUID } from 'node:crypto'
import { createSessions } from 'coatcheck'
import { drizzleStore, migrate, type SessionsTable, sessionsTableAs } from 'coatcheck/drizzle'
import { withRequest } from 'coatcheck/testing'
import { sql } from 'drizzle-orm'
import { text } from 'drizzle-orm/pg-core'
import { expect } from 'vitest'
import type { Person, Shop, ShopSessions } from './scope'
import { type Cases, secret } from './trial'

const table = sessionsTableAs('custom_sessions', { columns: { accountId: text('account_id') } })
const sessionOptions = { secret, autoClear: false }
const columns = ({ userId }: { readonly userId: string | null }) => ({ accountId: userId })
type Login = (userId: string, options: { authHash: string }) => Promise<void>
const login = ({ getSession }: { getSession(): Promise<{ login: Login }> }, userId: string) =>
  withRequest({}, async () => (await getSession()).login(userId, { authHash: '' }))

export const ownModel: Cases = {
  'class CustomSession(AbstractBaseSession), account_id = models.IntegerField(null=True, db_index=True)': async (trial) => {
    expect(await migrate(trial.db, { table: (await trial.run()) as SessionsTable })).toBeGreaterThan(0)
    const indexed = sql`indexname = 'custom_sessions_account_id'`
    expect(await trial.db.select({ name: sql`indexname` }).from(sql`pg_indexes`).where(indexed)).toHaveLength(1)
  },

  'class SessionStore(DBStore), def get_model_class(cls): return CustomSession': async (trial) => {
    const store = (await trial.run({ db: trial.db, table })) as ReturnType<typeof drizzleStore>
    const sessions = createSessions({ ...sessionOptions, store })
    const before = await sessions.count()
    await login(sessions, randomUUID())
    expect(await sessions.count()).toBe(before + 1)
    expect(await trial.db.$count(table)).toBe(before + 1)
  },

  "def create_model_instance(self, data), obj.account_id = data.get('_auth_user_id')": async (trial) => {
    const store = drizzleStore(trial.db, { table })
    const sessions = (await trial.run({ sessionOptions, store })) as ShopSessions
    const accountId = randomUUID()
    await login(sessions, accountId)
    const rows = await trial.db.select({ accountId: table.accountId }).from(table)
    expect(rows).toContainEqual({ accountId })
  },

  'CustomSession.objects.filter(account_id=user.pk)': async (trial) => {
    const sessions = createSessions<Shop, Person>({ ...sessionOptions, store: drizzleStore(trial.db, { table }), columns })
    await login(sessions, trial.user.id)
    await login(sessions, randomUUID())
    expect(await trial.run({ sessions, user: trial.user })).toMatchObject([{ userId: trial.user.id }])
  },
}
