import { inspect } from 'node:util'
import { createSessions, type SessionError } from 'coatcheck'
import { drizzleStore, migrate } from 'coatcheck/drizzle'
import { drizzle } from 'drizzle-orm/node-postgres'
import { Pool } from 'pg'
import { describe, expect, it } from 'vitest'
import { FakeBrowser } from '../../../test/browser'
import { createDatabase, query } from '../../../test/postgres'
import { administration, type FaultData, writers } from '../../../test/store-operations'
import { postgresUrl } from '../../../test/use-postgres'

const marker = 'MARKER-5ec1'
const secret = `${marker} the secret of the application`
const boom = `create function boom() returns trigger language plpgsql as $$ begin
  raise exception using message = coalesce(new, old)::text, detail = coalesce(old::text, '-'), hint = '${marker}', constraint = 'boom'; end $$;
  create trigger boom before insert or update or delete on sessions for each row execute function boom()`

/** SQL that makes the statements fail, and the resulting codes of the errors. */
const faults: readonly { readonly name: string; readonly sql: string; readonly codes: RegExp; readonly lock?: boolean }[] = [
  { name: 'a constraint', sql: `alter table sessions add constraint broken check (user_id = '') not valid`, codes: /^23514$/ },
  { name: 'a trigger whose error contains the row', sql: boom, codes: /^P0001$/ },
  { name: 'a missing column', sql: 'alter table sessions drop column data', codes: /^(42703|0A000)$/ },
  { name: 'a missing table', sql: 'drop table sessions', codes: /^42P01$/ },
  {
    name: 'a column of another type',
    sql: 'drop index sessions_user_id; alter table sessions alter column user_id type bigint using 1',
    codes: /^\w{5}$/,
  },
  { name: 'a lock', sql: 'lock table sessions in access exclusive mode', codes: /^(TIMEOUT|57014|55P03)$/, lock: true },
]

describe('errors of a failing database', () => {
  it.each(faults)(
    'an error caused by $name contains no data, user, token, secret or password',
    async ({ sql, codes, lock = false }) => {
      const given = await createDatabase(postgresUrl)
      const url = given.replace('postgres@', `postgres:${marker}@`)
      const pool = new Pool({ connectionString: url, max: 4 })
      await migrate(drizzle(pool))
      const sessions = createSessions<FaultData>({
        secret,
        store: drizzleStore(drizzle(pool)),
        autoClear: false,
        timeout: lock ? 0.15 : 5,
      })
      const browser = new FakeBrowser()
      await browser.visit(async () => {
        const session = await sessions.getSession()
        await session.login(marker)
        await session.set('a', marker)
      })
      const [row] = await query(given, 'select token_hash as hash from sessions')
      const [, , secretPart = '', , , mac = ''] = browser.token.split('.')
      const hidden = [marker, secretPart, mac, browser.token, String((row as { hash: string }).hash)]

      const errors = await browser.visit(async () => {
        const session = await sessions.getSession()
        const holder = await pool.connect()
        await holder.query(lock ? `begin; ${sql}` : sql)
        const operations = [
          ...Object.values(administration).map((operation) => operation(sessions, `${marker} unknown`)),
          browser.copy().visit(sessions.getSession),
          new FakeBrowser().visit(async () => (await sessions.getSession()).set('a', marker)),
          new FakeBrowser().visit(async () => (await sessions.getSession()).login(marker)),
          ...Object.values(writers).map((write) => write(session, marker)),
        ]
        const settled = await Promise.allSettled(operations)
        await holder.query('rollback')
        holder.release()
        return settled.flatMap((result) => (result.status === 'rejected' ? [result.reason as SessionError] : []))
      })
      await pool.end()

      expect(errors.filter(({ code }) => code === 'STORE_FAILED').length).toBeGreaterThan(5)
      for (const error of errors) {
        expect(error.name).toBe('SessionError')
        if (error.code === 'STORE_FAILED') expect(error.cause).toMatchObject({ code: expect.stringMatching(codes) })
        for (const word of hidden) expect(textsOf(error)).not.toContain(word)
      }
    },
  )
})

/** Returns all texts that can be made from an error. */
function textsOf(error: SessionError): string {
  const inspected = [error, error.cause].map((value) => inspect(value, { showHidden: true, depth: null, getters: true }))
  return [
    ...inspected,
    error.stack,
    String(error),
    JSON.stringify(error),
    JSON.stringify(error, Reflect.ownKeys(error) as string[]),
  ].join('\n')
}
