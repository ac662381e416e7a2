import { SessionError } from 'coatcheck'
import { expect } from 'vitest'
import { library } from './scope'
import { type Cases, codeOf, type Visitor } from './trial'

/** Returns the error that a request rejects with. */
async function failureOf(request: Promise<unknown>): Promise<SessionError> {
  const failure = await request.then(
    () => null,
    (error: unknown) => error,
  )
  if (failure instanceof SessionError) return failure
  throw new Error(`Expected a SessionError, got: ${failure}`)
}

/** Returns the error of a write whose session is deleted during its request. */
const interrupted = (visitor: Visitor) =>
  failureOf(
    visitor.copy().visit(async (session) => {
      await visitor.visit((own) => own.flush())
      await session.set('name', 'late')
    }),
  )

export const behaviour: Cases = {
  'Two requests change different keys: the last one wins': async (trial) => {
    const visitor = trial.visitor()
    await visitor.holds({ cart: [] })
    await visitor.copy().visit(async (_, run) => {
      await visitor.holds({ visits: 1 })
      await run()
    })
    expect(await visitor.data()).toEqual({ cart: [], visits: 1, name: 'First' })
  },

  'A view that ends in a 500 stores nothing': async (trial) => {
    const visitor = trial.visitor()
    await visitor.holds({ visits: 1 })
    const failing = visitor.visit(async (_, run) => {
      await run()
      throw new Error('the view failed')
    })
    await expect(failing).rejects.toThrow('the view failed')
    expect(await visitor.data()).toEqual({ visits: 1, name: 'Second' })
  },

  'A template may write to the session': async (trial) => {
    const visitor = trial.visitor()
    await visitor.holds({ visits: 1 })
    expect(await codeOf(visitor.run({}, { context: 'render' }))).toBe('READ_ONLY')
    expect(await visitor.data()).toEqual({ visits: 1 })
  },

  'A view that uses the session deletes an unknown or expired cookie': async (trial) => {
    const visitor = trial.visitor()
    const id = await visitor.holds({ name: 'Ann' })
    expect(await visitor.run()).toBe(false)
    await visitor.sessions.revoke(id)
    const { value, setCookies } = await visitor.request((_, run) => run())
    expect([value, setCookies]).toEqual([true, []])
  },

  'An expired session is not found, even before clearsessions': async (trial) => {
    const visitor = trial.visitor({ maxAge: 100 })
    const id = await visitor.holds({ name: 'Ann' })
    expect(await visitor.run()).toBe('Ann')
    await trial.elapse(101)
    expect([await visitor.run(), (await visitor.sessions.get(id))?.id]).toEqual(['gone', id])
  },

  'SessionInterrupted: the session was deleted during the request': async (trial) => {
    const visitor = trial.visitor()
    const id = await visitor.holds({ name: 'Ann' })
    const error = await interrupted(visitor)
    expect([await trial.run({ error }), error.status, await visitor.sessions.get(id)]).toEqual([true, 409, null])
  },

  'UpdateError: the session was deleted, or the database failed': async (trial) => {
    const visitor = trial.visitor()
    await visitor.holds({ name: 'Ann' })
    const store = library.drizzleStore(() => Promise.reject(new Error('the database is down')))
    const error = await failureOf(visitor.at(trial.app({ store })).data())
    expect([await trial.run({ error }), error.status]).toEqual([true, 503])
    expect(await trial.run({ error: await interrupted(visitor) })).toBe(false)
  },
}
