import { createSessions, type SessionError } from 'coatcheck'
import { drizzleStore } from 'coatcheck/drizzle'
import { expect, it } from 'vitest'
import { FakeBrowser } from './browser'
import { freshDatabase } from './databases'

it('named statements fail behind PgBouncer in transaction mode, and the error says how to disable them', async () => {
  const { db, close } = await freshDatabase('pg behind PgBouncer')
  const { getSession } = createSessions<{ n: number }>({
    secret: 'a secret for tests, 32 characters',
    store: drizzleStore(db),
    autoClear: false,
  })
  const visits = Array.from({ length: 20 }, (_, n) => new FakeBrowser().visit(async () => (await getSession()).set('n', n)))
  const outcomes = await Promise.allSettled(visits)
  const messages = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [(outcome.reason as SessionError).message] : []))
  await close()
  expect(messages.join()).toContain('pass drizzleStore(db, { prepare: false })')
})
