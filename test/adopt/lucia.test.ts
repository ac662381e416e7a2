import { DrizzlePostgreSQLAdapter } from '@lucia-auth/adapter-drizzle'
import { pgTable, text, timestamp } from 'drizzle-orm/pg-core'
import { Lucia } from 'lucia'
import { adoptFrom } from '../../docs/examples/adopt/lucia'
import { withChangedValues } from './old-app'
import { adoptionRules } from './rules'

const user = pgTable('user', { id: text('id').primaryKey() })
const session = pgTable('session', {
  id: text('id').primaryKey(),
  userId: text('user_id').notNull(),
  expiresAt: timestamp('expires_at', { withTimezone: true, mode: 'date' }).notNull(),
})
const tables = `create table "user" (id text primary key);
  create table session (id text primary key, user_id text not null references "user" (id), expires_at timestamptz not null)`

let users = 0

adoptionRules('Lucia', { hasTable: true }, async ({ pool, db }) => {
  await pool.query(tables)
  const lucia = new Lucia(new DrizzlePostgreSQLAdapter(db, session, user))
  return {
    adopt: adoptFrom(db),
    login: async () => {
      const userId = `user-${++users}`
      await db.insert(user).values({ id: userId })
      const { name, value } = lucia.createSessionCookie((await lucia.createSession(userId, {})).id)
      return { userId, cookies: { [name]: value } }
    },
    userOf: async ({ auth_session: id = '' }) => (await lucia.validateSession(id)).user?.id ?? null,
    forge: withChangedValues,
    expire: async () => void (await pool.query(`update session set expires_at = now() - interval '1 hour'`)),
    revoke: async () => void (await pool.query('delete from session')),
  }
})
