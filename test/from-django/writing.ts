import { eq } from 'drizzle-orm'
import { expect } from 'vitest'
import { library } from './scope'
import { type Cases, codeOf, type Trial, type Visitor } from './trial'

/** Returns a visitor whose session contains a name. */
async function ann(trial: Trial): Promise<Visitor> {
  const visitor = trial.visitor()
  await visitor.holds({ name: 'Ann' })
  return visitor
}

/** Runs the row's code in five concurrent requests. */
const inFiveRequests = (visitor: Visitor) => Promise.all([1, 2, 3, 4, 5].map(() => visitor.copy().run()))

export const writing: Cases = {
  "request.session['name'] = 'John Doe'": async (trial) => {
    const visitor = trial.visitor()
    const { value, setCookies } = await visitor.request(async (session, run) => {
      await run()
      return session.get('name')
    })
    expect([value, setCookies.length]).toEqual(['John Doe', 1])
    expect(await visitor.data()).toEqual({ name: 'John Doe' })
    expect(await visitor.visit((session) => codeOf(session.set('name', (() => 1) as never)))).toBe('DATA_INVALID')
  },

  "request.session.update({'name': 'John Doe', 'visits': 1})": async (trial) => {
    const visitor = trial.visitor()
    const id = await visitor.holds({ cart: ['scarf'] })
    await visitor.run()
    expect(await visitor.data()).toEqual({ cart: ['scarf'], name: 'John Doe', visits: 1 })
    const { sessionsTable } = library
    const rows = await trial.db.select({ version: sessionsTable.version }).from(sessionsTable).where(eq(sessionsTable.id, id))
    expect(rows).toEqual([{ version: 2 }])
    const nothing = trial.visitor()
    await nothing.visit((session) => session.set({}))
    expect(nothing.browser.cookies).toEqual({})
  },

  "await request.session.aset('name', 'John Doe') and the other a… methods": async (trial) => {
    const visitor = trial.visitor()
    await visitor.visit(async (session) => {
      const written = trial.run({ session })
      expect(written).toBeInstanceOf(Promise)
      await written
      expect(session.get('name')).toBe('John Doe')
    })
  },

  "del request.session['name']": async (trial) => {
    const visitor = trial.visitor()
    await visitor.run()
    expect(visitor.browser.cookies).toEqual({})
    await visitor.holds({ name: 'Ann', visits: 1 })
    await visitor.run()
    await visitor.run()
    expect(await visitor.data()).toEqual({ visits: 1 })
  },

  "request.session.pop('name', 'guest')": async (trial) => {
    const visitor = await ann(trial)
    const popped = await inFiveRequests(visitor)
    expect(popped.sort()).toEqual(['Ann', 'guest', 'guest', 'guest', 'guest'])
    expect(await visitor.visit((session) => session.pop('name'))).toBeUndefined()
  },

  "request.session.setdefault('visits', 1)": async (trial) => {
    const visitor = await ann(trial)
    const stored = await visitor.copy().visit(async (_, run) => {
      await visitor.holds({ visits: 7 })
      return [await run(), await run()]
    })
    expect(stored).toEqual([7, 7])
    expect(await trial.visitor().run()).toBe(1)
  },

  "request.session['visits'] = request.session.get('visits', 0) + 1": async (trial) => {
    const visitor = await ann(trial)
    await inFiveRequests(visitor)
    expect(await visitor.data()).toEqual({ name: 'Ann', visits: 5 })
  },

  "request.session['cart'].append('scarf'), then request.session.modified = True": async (trial) => {
    const visitor = trial.visitor()
    await visitor.holds({ cart: ['hat'] })
    await visitor.run()
    expect(await visitor.data()).toEqual({ cart: ['hat', 'scarf'] })
    const push = (session: { get(key: 'cart'): unknown }) => (session.get('cart') as string[]).push('lost')
    await visitor.visit((session) => expect(() => push(session)).toThrow(TypeError))
  },

  'request.session.save()': async (trial) => {
    const visitor = await ann(trial)
    await visitor.visit(async (_, run) => {
      await run()
      expect(await visitor.copy().data()).toEqual({ name: 'Ann', visits: 2 })
    })
    expect(await visitor.visit((session) => 'save' in session)).toBe(false)
  },

  'request.session.clear()': async (trial) => {
    const visitor = trial.visitor()
    const id = await visitor.logsIn()
    await visitor.holds({ name: 'Ann' })
    await visitor.run()
    expect(await visitor.visit((session) => [session.id, session.userId, session.data])).toEqual([id, trial.user.id, {}])
  },

  'request.session.flush()': async (trial) => {
    const visitor = trial.visitor()
    const id = await visitor.holds({ name: 'Ann' })
    const after = await visitor.visit(async (session, run) => {
      await run()
      return [session.id, session.isNew, session.data]
    })
    expect(after).toEqual([null, true, {}])
    expect([await visitor.sessions.get(id), visitor.browser.cookies]).toEqual([null, {}])
  },

  'request.session.cycle_key()': async (trial) => {
    const visitor = trial.visitor()
    const id = await visitor.holds({ name: 'Ann' })
    const before = visitor.copy()
    await visitor.run()
    expect(await visitor.visit((session) => [session.id, session.data])).toEqual([id, { name: 'Ann' }])
    expect(await before.data()).toEqual({})
    const code = await visitor.copy().visit(async (_, run) => {
      await visitor.visit((session) => session.flush())
      return codeOf(run())
    })
    expect([code, await visitor.sessions.get(id)]).toEqual(['INTERRUPTED', null])
  },

  'request.session.set_test_cookie()': async (trial) => {
    const visitor = trial.visitor()
    await visitor.run()
    expect(await visitor.visit((session) => [session.testCookieWorked(), session.data])).toEqual([true, {}])
  },

  'request.session.delete_test_cookie()': async (trial) => {
    const visitor = trial.visitor()
    await visitor.run()
    await visitor.visit((session) => session.setTestCookie())
    await visitor.run()
    expect(await visitor.visit((session) => session.testCookieWorked())).toBe(false)
  },

  "request.session['_mine'] = 1": async (trial) => {
    const visitor = trial.visitor()
    expect(await codeOf(visitor.run())).toBe('DATA_INVALID')
    expect(visitor.browser.cookies).toEqual({})
  },

  "request.session['seen'] = datetime.now()": async (trial) => {
    await expect(trial.visitor().run()).rejects.toMatchObject({ code: 'DATA_INVALID', message: expect.stringMatching(/^seen /) })
    const serializer = {
      serialize: (value: unknown) => (value instanceof Date ? value.getTime() : value),
      deserialize: (json: unknown) => new Date(Number(json)),
    }
    const visitor = trial.visitor({ serializer })
    await visitor.run()
    expect(await visitor.data()).toEqual({ seen: expect.any(Date) })
  },
}
