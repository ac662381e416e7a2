import type { SessionEvent } from 'coatcheck'
import { expect } from 'vitest'
import type { Cases } from './trial'

export const signals: Cases = {
  user_logged_in: async (trial) => {
    const seen: (readonly unknown[])[] = []
    const id = await trial.visitor(trial.options({ record: (...what) => void seen.push(what) })).logsIn()
    expect(seen).toEqual([[id, trial.user.id]])
  },

  user_logged_out: async (trial) => {
    const seen: (readonly unknown[])[] = []
    const visitor = trial.visitor(trial.options({ record: (...what) => void seen.push(what) }))
    const id = await visitor.logsIn()
    expect(seen).toEqual([])
    await visitor.visit((session) => session.logout())
    expect(seen).toEqual([[id, trial.user.id]])
  },

  'post_delete of Session': async (trial) => {
    const seen: (readonly unknown[])[] = []
    await trial.app().clearExpired()
    const visitor = trial.visitor({ ...trial.options({ record: (...what) => void seen.push(what) }), maxAge: 100 })
    await visitor.holds({ name: 'Ann' })
    await trial.elapse(101)
    await visitor.sessions.clearExpired()
    expect(seen).toEqual([[1]])
    const events: SessionEvent[] = []
    const revoked = trial.visitor({ onEvent: (event) => void events.push(event) })
    const id = await revoked.logsIn()
    await revoked.sessions.revoke(id)
    expect(events).toContainEqual({ type: 'revoked', sessions: [{ id, userId: trial.user.id }], by: null })
  },

  'django.security.SuspiciousSession': async (trial) => {
    const seen: (readonly unknown[])[] = []
    const visitor = trial.visitor(trial.options({ record: (...what) => void seen.push(what) }))
    const id = await visitor.holds({ name: 'Ann' })
    const forged = visitor.at(
      trial.app({ ...trial.options({ record: (...what) => void seen.push(what) }), secret: 'another secret for tests, 32 chars.' }),
    )
    expect(await forged.data()).toEqual({})
    await visitor.sessions.revoke(id)
    expect(await visitor.data()).toEqual({})
    visitor.browser.cookies = { session: 'junk' }
    expect(await visitor.data()).toEqual({})
    expect(seen).toEqual([['forged'], ['unknown'], ['malformed']])
  },
}
