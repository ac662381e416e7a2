import type { AuthConfig } from '@auth/core'
import { DrizzleAdapter } from '@auth/drizzle-adapter'
import { expect } from 'vitest'
import { adoptFrom } from '../../docs/examples/adopt/auth-js-database'
import { authOptions, call, ofSession, post, userOf } from './auth-js'
import { cookiesOf, withChangedValues } from './old-app'
import { adoptionRules } from './rules'

let users = 0

const tables = `
  create table "user" (id text primary key, name text, email text unique, "emailVerified" timestamp, image text);
  create table account ("userId" text not null, type text not null, provider text not null, "providerAccountId" text not null,
    refresh_token text, access_token text, expires_at integer, token_type text, scope text, id_token text, session_state text);
  create table session ("sessionToken" text primary key, "userId" text not null, expires timestamp not null);
  create table "verificationToken" (identifier text not null, token text not null, expires timestamp not null)`

adoptionRules('Auth.js with sessions in the database', { hasTable: true }, async ({ pool, db }) => {
  await pool.query(tables)
  let mailed = ''
  const mail = {
    id: 'mail',
    type: 'email' as const,
    name: 'Mail',
    maxAge: 600,
    sendVerificationRequest: ({ url }: { url: string }) => {
      mailed = url
    },
  }
  const config: AuthConfig = {
    ...authOptions,
    adapter: DrizzleAdapter(db),
    providers: [mail as never],
    callbacks: { session: ({ session, user }) => ({ ...session, user: { ...session.user, id: user.id } }) },
  }
  return {
    adopt: adoptFrom(db),
    login: async () => {
      await post(config, '/signin/mail', { email: `user${++users}@example.com` })
      const cookies = ofSession(cookiesOf(await call(config, mailed)))
      return { userId: (await userOf(config)(cookies)) ?? expect.unreachable(), cookies }
    },
    userOf: userOf(config),
    forge: withChangedValues,
    expire: async () => void (await pool.query(`update session set expires = now() at time zone 'utc' - interval '1 hour'`)),
    revoke: async () => void (await pool.query('delete from session')),
  }
})
