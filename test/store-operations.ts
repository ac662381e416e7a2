import type { Session, Sessions } from 'coatcheck'

/** What the tests of faults keep in sessions. */
export interface FaultData {
  a: string
  b: string
  n: number
}

type Act = (session: Session<FaultData>, text: string) => Promise<unknown>

/** Every way to write, each with a value that must not come out; all need a session that exists. */
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

/** Every way to ask or change the server side. */
export const administration: Readonly<Record<string, (sessions: Sessions<FaultData>, text: string) => Promise<unknown>>> = {
  list: (sessions, text) => sessions.list({ search: text, userId: text }),
  get: (sessions) => sessions.get('00000000-0000-7000-8000-000000000000'),
  count: (sessions) => sessions.count(),
  stats: (sessions) => sessions.stats(),
  revoke: (sessions, text) => sessions.revoke('00000000-0000-7000-8000-000000000000', { userId: text }),
  revokeUser: (sessions, text) => sessions.revokeUser(text),
  clearExpired: (sessions) => sessions.clearExpired(),
}
