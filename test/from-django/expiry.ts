import { expect } from 'vitest'
import type { Cases, Trial, Visitor } from './trial'

const twoWeeks = 1_209_600

/** Returns a visitor with a stored session, after running the row's code for them. */
async function afterLine(trial: Trial, given: Parameters<Visitor['run']>[0] = {}): Promise<Visitor> {
  const visitor = trial.visitor()
  await visitor.holds({ name: 'Ann' })
  await visitor.run(given)
  return visitor
}

/** Returns the remaining seconds of the session. */
const left = (visitor: Visitor) => visitor.visit((session) => session.expiryAge)

/** Expects the session to last `seconds` from now, with a tolerance for the duration of the test. */
const expectLeft = async (visitor: Visitor, seconds: number) => expect(Math.abs((await left(visitor)) - seconds)).toBeLessThan(30)

export const expiry: Cases = {
  'request.session.set_expiry(300)': async (trial) => {
    const visitor = await afterLine(trial)
    await trial.elapse(200)
    await visitor.holds({ visits: 1 })
    await expectLeft(visitor, 300)
    await trial.elapse(301)
    expect(await visitor.data()).toEqual({})
    const fresh = trial.visitor()
    await fresh.visit(async (session, run) => {
      await run()
      expect(session.id).toBeNull()
      await session.set('name', 'Ann')
    })
    await expectLeft(fresh, 300)
  },

  'request.session.set_expiry(timedelta(days=7))': async (trial) => {
    const visitor = await afterLine(trial)
    await trial.elapse(6 * 86_400)
    await visitor.holds({ visits: 1 })
    await expectLeft(visitor, 7 * 86_400)
  },

  'request.session.set_expiry(datetime(…))': async (trial) => {
    const visitor = await afterLine(trial, { closingTime: new Date(Date.now() + 3_600_000) })
    await trial.elapse(1800)
    await visitor.holds({ visits: 1 })
    const seconds = await left(visitor)
    expect([seconds <= 1800, seconds > 1700]).toEqual([true, true])
    await trial.elapse(1801)
    expect(await visitor.data()).toEqual({})
  },

  'request.session.set_expiry(0)': async (trial) => {
    const visitor = trial.visitor()
    await visitor.holds({ name: 'Ann' })
    const { setCookies } = await visitor.request((_, run) => run())
    expect([setCookies.length, setCookies[0]?.maxAge]).toEqual([1, undefined])
    await expectLeft(visitor, twoWeeks)
  },

  'request.session.set_expiry(None)': async (trial) => {
    const visitor = trial.visitor()
    await visitor.visit(async (session) => {
      await session.setExpiry(60)
      await session.set('name', 'Ann')
    })
    await visitor.run()
    await expectLeft(visitor, twoWeeks)
  },

  'request.session.set_expiry(-1)': async (trial) => {
    const visitor = await afterLine(trial)
    expect(visitor.browser.cookies).toEqual({})
    expect(await visitor.data()).toEqual({})
  },

  'request.session.get_expiry_age()': async (trial) => {
    const visitor = trial.visitor()
    await visitor.holds({ name: 'Ann' })
    await trial.elapse(600)
    expect(twoWeeks - 600 - Number(await visitor.run())).toBeLessThan(30)
  },

  'request.session.get_expiry_date()': async (trial) => {
    const visitor = trial.visitor()
    expect(await visitor.run()).toBeNull()
    await visitor.holds({ name: 'Ann' })
    expect(await visitor.run()).toBeInstanceOf(Date)
  },

  'request.session.get_expire_at_browser_close()': async (trial) => {
    expect(await trial.visitor().run()).toBe(false)
    expect(await trial.visitor({ expireAtBrowserClose: true }).run()).toBe(true)
    const visitor = trial.visitor()
    await visitor.visit(async (session) => {
      await session.setExpiry(0)
      await session.set('name', 'Ann')
    })
    expect(await visitor.run()).toBe(true)
  },

  'get_session_cookie_age() overridden, for a lifetime that depends on the user': async (trial) => {
    const visitor = trial.visitor()
    await visitor.run()
    await expectLeft(visitor, 90 * 86_400)
    const other = trial.visitor()
    await other.logsIn()
    await expectLeft(other, twoWeeks)
  },
}
