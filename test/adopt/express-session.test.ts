import type { AddressInfo } from 'node:net'
import connectPgSimple from 'connect-pg-simple'
import express from 'express'
import session from 'express-session'
import { afterAll, vi } from 'vitest'
import { adoptFrom } from '../../docs/examples/adopt/express-session'
import { cookiesOf, headerOf, type SharedDatabase, withChangedValues } from './old-app'
import { adoptionRules } from './rules'

declare module 'express-session' {
  interface SessionData {
    userId: string
  }
}

const secret = 'a secret for tests, 32 characters'
vi.stubEnv('EXPRESS_SECRET', secret)

const closing: (() => void)[] = []
afterAll(() => {
  for (const close of closing) close()
})

/** Starts an app of Express on loopback, and returns its address. */
async function startExpress({ pool }: SharedDatabase): Promise<string> {
  const store = new (connectPgSimple(session))({ pool, createTableIfMissing: true, pruneSessionInterval: false })
  const app = express().use(session({ secret, store, resave: false, saveUninitialized: false, cookie: { maxAge: 86400_000 } }))
  app.post('/login/:user', (request, response) => {
    request.session.userId = request.params.user
    response.end()
  })
  app.get('/', ({ session }, response) => void response.json(session.userId ?? null))
  const server = await new Promise<ReturnType<typeof app.listen>>((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening))
  })
  closing.push(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

let users = 0

adoptionRules('express-session', { hasTable: true }, async (database) => {
  const { pool, db } = database
  const url = await startExpress(database)
  return {
    adopt: adoptFrom(db),
    login: async () => {
      const userId = `user-${++users}`
      return { userId, cookies: cookiesOf(await fetch(`${url}/login/${userId}`, { method: 'POST' })) }
    },
    userOf: async (cookies) => (await fetch(url, { headers: { cookie: headerOf(cookies) } })).json(),
    forge: withChangedValues,
    expire: async () => void (await pool.query(`update session set expire = now() - interval '1 hour'`)),
    revoke: async () => void (await pool.query('delete from session')),
  }
})
