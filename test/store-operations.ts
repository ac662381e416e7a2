import type { Session, Sessions } from 'coatcheck'

/** The session data in tests of faults. */
export interface FaultData {
  a: string
  b: string
  n: number
}

type Act = (session: Session<FaultData>, text: string) => Promise<unknown>

/** Every method that writes. Each writes a text that must not be logged, and needs an existing session. */
export const writers: Readonly<Record<string, Act>> = {
  set: (session, text) => session.set('a', text),
  delete: (session) => session.delete('a'),
  clear: (session) => session.clear(),
  pop: (session) => session.pop('a'),
  setDefault: (session, text) => session.setDefault('b', text),
  update: (session, text) =>
    session.update((draft) => {
      draft.b = text
    }),
  cycleKey: (session) => session.cycleKey(),
  login: (session, text) => session.login(text),
  'login as another user': async (session, text) => session.login(`${text} other`),
  setExpiry: (session) => session.setExpiry('2h'),
  revokeOthers: (session) => session.revokeOthers(),
  flush: (session) => session.flush(),
}

/** Every method of the administration. */
export const administration: Readonly<Record<string, (sessions: Sessions<FaultData>, text: string) => Promise<unknown>>> = {
  list: (sessions, text) => sessions.list({ search: text, userId: text }),
  get: (sessions) => sessions.get('00000000-0000-7000-8000-000000000000'),
  count: (sessions) => sessions.count(),
  stats: (sessions) => sessions.stats(),
  revoke: (sessions, text) => sessions.revoke('00000000-0000-7000-8000-000000000000', { userId: text }),
  revokeUser: (sessions, text) => sessions.revokeUser(text),
  clearExpired: (sessions) => sessions.clearExpired(),
}
