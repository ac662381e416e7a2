import { randomUUID } from 'node:crypto'
import type { AdminAction } from 'coatcheck/admin'
import { eq, sql } from 'drizzle-orm'
import { expect, vi } from 'vitest'
import { coatcheck } from '../commands'
import { emptyDatabase } from '../databases'
import { createDatabase, query } from '../postgres'
import { postgresUrl } from '../use-postgres'
import { library } from './scope'
import type { Cases } from './trial'

export const administration: Cases = {
  'Session.objects.get(pk=key).get_decoded()': async (trial) => {
    const visitor = trial.visitor()
    const id = await visitor.holds({ name: 'Ann' })
    const { sessions } = visitor
    expect(await trial.run({ sessions, id })).toEqual({ name: 'Ann' })
    expect(await trial.run({ sessions, id: visitor.browser.token })).toBeUndefined()
  },

  'SessionStore().exists(key)': async (trial) => {
    const visitor = trial.visitor({ maxAge: 100 })
    const { sessions } = visitor
    const id = await visitor.holds({ name: 'Ann' })
    expect(await trial.run({ sessions, id: randomUUID() })).toBe(false)
    await trial.elapse(101)
    expect([await visitor.data(), await trial.run({ sessions, id })]).toEqual([{}, true])
    await sessions.clearExpired()
    expect(await trial.run({ sessions, id })).toBe(false)
  },

  'SessionStore().delete(key)': async (trial) => {
    const visitor = trial.visitor()
    const { sessions } = visitor
    const id = await visitor.logsIn()
    expect(await sessions.revoke([id], { userId: randomUUID() })).toBe(0)
    expect([await trial.run({ sessions, id }), await trial.run({ sessions, id })]).toEqual([1, 0])
    expect(await visitor.userId()).toBeNull()
  },

  "session = SessionStore(key), session['name'] = 'Ann', session.save()": async (trial) => {
    const visitor = trial.visitor()
    const { sessions } = visitor
    const id = await visitor.holds({ name: 'Bob', visits: 3 })
    expect(await trial.run({ sessions, id })).toBe(true)
    expect(await visitor.data()).toEqual({ name: 'Ann', visits: 3 })
    expect(await trial.run({ sessions, id: randomUUID() })).toBe(false)
  },

  "[s for s in Session.objects.all() if s.get_decoded().get('_auth_user_id') == str(user.pk)]": async (trial) => {
    const visitor = trial.visitor()
    const id = await visitor.logsIn()
    await trial.visitor().logsIn({ id: randomUUID() })
    expect(await visitor.run()).toEqual([expect.objectContaining({ id, userId: trial.user.id, current: true })])
    const indexes = await trial.db.execute(sql`select indexdef from pg_indexes where tablename = 'sessions'`)
    expect(JSON.stringify(indexes)).toContain('btree (user_id ')
  },

  'Session.objects.filter(expire_date__gt=now()).count()': async (trial) => {
    const visitor = trial.visitor({ maxAge: 100 })
    const { sessions } = visitor
    const before = Number(await trial.run({ sessions }))
    await visitor.holds({ name: 'Ann' })
    expect(await trial.run({ sessions })).toBe(before + 1)
    await trial.elapse(101)
    expect(await trial.run({ sessions })).toBe(before)
  },

  "SessionStore.clear_expired(), call_command('clearsessions')": async (trial) => {
    const visitor = trial.visitor({ maxAge: 100 })
    const { sessions } = visitor
    await sessions.clearExpired()
    const ids = [await visitor.holds({ name: 'Ann' }), await trial.visitor({ maxAge: 100 }).holds({ name: 'Bob' })]
    await trial.elapse(101)
    expect(await trial.run({ sessions })).toBe(2)
    expect(await Promise.all(ids.map((id) => sessions.get(id)))).toEqual([null, null])

    const batches: number[] = []
    for (const name of ['Ann', 'Bob', 'Cid']) await trial.visitor({ maxAge: 100 }).holds({ name })
    await trial.elapse(101)
    await sessions.clearExpired({ batchSize: 2, onProgress: (cleared) => batches.push(cleared) })
    expect(batches).toEqual([2, 3])

    const forgotten = await visitor.holds({ name: 'Ann' })
    await trial.elapse(101)
    const random = vi.spyOn(Math, 'random').mockReturnValue(0.5)
    const busy = trial.app({ autoClear: true })
    await trial.visitor().at(busy).holds({ visits: 1 })
    expect(await sessions.get(forgotten)).not.toBeNull()
    random.mockReturnValue(0) // the chance with which a write of a new process starts the first sweep
    await trial.visitor().at(busy).holds({ visits: 2 })
    expect(await sessions.get(forgotten)).toBeNull()
  },

  'admin.site.register(Session, SessionAdmin)': async (trial) => {
    const revoked = await trial.visitor().logsIn()
    const admin = trial.visitor()
    await admin.logsIn({ id: randomUUID() })
    const form = new FormData()
    for (const [name, value] of Object.entries({
      operation: 'selected',
      ids: revoked,
      confirmed: 'yes',
      path: '/admin',
      script: 'yes',
    })) {
      form.append(name, value)
    }
    const post = (isAdmin: boolean) =>
      admin.visit(async (_, run) => ((await run({ authorize: () => isAdmin })) as AdminAction)(null, form).catch(() => 'done'))
    expect(await post(false)).toMatchObject({ problem: 'FORBIDDEN' })
    expect(await admin.sessions.get(revoked)).not.toBeNull()
    expect(await post(true)).toBe('done')
    expect(await admin.sessions.get(revoked)).toBeNull()
  },

  "call_command('migrate')": async (trial) => {
    const { db, close } = await emptyDatabase('pg')
    const applied = await Promise.all([trial.run({ db }), trial.run({ db })])
    expect(Math.max(...applied.map(Number))).toBeGreaterThan(0)
    expect(applied).toContain(0)
    expect(await db.select().from(library.sessionsTable).where(eq(library.sessionsTable.id, randomUUID()))).toEqual([])
    await close()
  },
}

export const commands: Cases = {
  'manage.py migrate': async (trial) => {
    const DATABASE_URL = await createDatabase(postgresUrl)
    expect(await trial.command({ DATABASE_URL })).toMatch(/^Applied/)
    expect(await query(DATABASE_URL, 'select id from sessions')).toEqual([])
  },

  'manage.py clearsessions': async (trial) => {
    const DATABASE_URL = await createDatabase(postgresUrl)
    await coatcheck(['migrate'], { DATABASE_URL })
    await query(
      DATABASE_URL,
      `insert into sessions (id, token_hash, expires_at, data)
       select gen_random_uuid(), gen_random_uuid(), now() + i * interval '1 day', '{}' from generate_series(-2, 3) as i`,
    )
    expect(await trial.command({ DATABASE_URL })).toBe('Deleted 3 expired sessions.')
    expect(await query(DATABASE_URL, 'select count(*)::int from sessions')).toEqual([{ count: 3 }])
    expect(await trial.command({ DATABASE_URL })).toBe('Deleted 0 expired sessions.')
  },

  'manage.py check --deploy, with security.W010 to security.W015': async (trial) => {
    const DATABASE_URL = await createDatabase(postgresUrl)
    const printed = await trial.command({ DATABASE_URL, SESSION_SECRET: 'short' })
    expect(printed).toMatch(/^FAIL +Secret .*\n.*secret 1 has 5 characters/m)
    expect(printed).toMatch(/^FAIL +Table /m)
    vi.stubEnv('NODE_ENV', 'production')
    const { setCookies } = await trial.visitor().request((session) => session.set('name', 'Ann'))
    expect(setCookies[0]).toMatchObject({ secure: true, httpOnly: true })
  },

  'get_random_secret_key()': async (trial) => {
    const printed = await trial.command()
    expect(printed.length).toBeGreaterThanOrEqual(32)
    const visitor = trial.visitor({ secret: printed })
    await visitor.holds({ name: 'Ann' })
    expect(await visitor.data()).toEqual({ name: 'Ann' })
  },
}

export const tests: Cases = {
  'self.client.get(…), then self.client.session': async (trial) => {
    const visitor = trial.visitor()
    await visitor.holds({ name: 'Ann' })
    const { cookies } = visitor.browser
    const { getSession } = visitor.sessions
    expect(await trial.run({ cookies, getSession })).toMatchObject({ value: { name: 'Ann' }, cookies })
  },

  'self.client.force_login(user)': async (trial) => {
    const visitor = trial.visitor()
    const { getSession } = visitor.sessions
    const { cookies } = (await trial.run({ getSession, user: trial.user })) as { cookies: Record<string, string> }
    visitor.browser.cookies = cookies
    expect(await visitor.userId()).toBe(trial.user.id)
  },
}
