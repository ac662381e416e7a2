import { createSessions, type Json, type SessionEvent } from '../lib/index.ts'
import type { SessionStore } from '../lib/store.ts'

/** Creates the sessions of a hammered app. */
export const hammeredSessions = (store: SessionStore, onEvent: (event: SessionEvent) => void) =>
  createSessions<Record<string, Json>>({
    secret: 'a secret for the hammer, 32 chars.',
    store,
    onEvent,
    autoClear: false,
    touchInterval: 1,
    timeout: 60,
  })
/** The sessions of a hammered app. */
export type Sessions = ReturnType<typeof hammeredSessions>
/** A session of a hammered app. */
export type Session = Awaited<ReturnType<Sessions['getSession']>>

/** The effect of an operation on the data of the session. `removes` contains the first characters of the removed facts. */
export type Done = { readonly adds?: readonly string[]; readonly removes?: readonly string[] } | undefined

/** The values that an operation may need. */
export interface Values {
  readonly sessions: Sessions
  /** The values that `pop` returned. */
  readonly popped: string[]
  /** Returns one of the values at random. */
  anyOf<T>(...values: readonly [T, ...T[]]): T
  /** Returns a value that no other operation writes. */
  newValue(): string
  /**
   * Returns an expiry in thousands of seconds, above the default, that hardly any other operation of this session sets.
   */
  newExpiry(): number
}

interface Operation {
  /** The frequency of the operation, relative to the others. */
  readonly weight: number
  run(session: Session, values: Values): Promise<Done>
}

const write = (run: Operation['run']): Operation => ({ weight: 10, run })
const rotate = (run: Operation['run']): Operation => ({ weight: 3, run })
const rare = (run: Operation['run']): Operation => ({ weight: 1, run })
const otherThan = (userId: string | null) => (userId === 'a' ? 'b' : 'a')
const login = async (session: Session, userId: string): Promise<Done> => {
  await session.login(userId)
  return { adds: [`user=${userId};`] }
}

/** All kinds of operations. Operations that delete the session are rare, so that others use it in between. */
export const operations: Readonly<Record<string, Operation>> = {
  set: write(async (session, values) => {
    const [key, value] = [values.anyOf('a', 'b'), values.newValue()]
    await session.set(key, value)
    return { adds: [`${key}=${value};`], removes: [`${key}=`] }
  }),
  delete: write(async (session, values) => {
    const key = values.anyOf('a', 'b', 'd', 'log')
    await session.delete(key)
    return { removes: [`${key}=`] }
  }),
  clear: write(async (session) => {
    await session.clear()
    return { removes: ['a=', 'b=', 'd=', 'log='] }
  }),
  pop: write(async (session, values) => {
    const key = values.anyOf('a', 'b')
    const value = await session.pop(key)
    if (typeof value === 'string') values.popped.push(value)
    return value === undefined ? undefined : { removes: [`${key}=`] }
  }),
  setDefault: write(async (session, values) => {
    const value = values.newValue()
    return (await session.setDefault('d', value)) === value ? { adds: [`d=${value};`] } : undefined
  }),
  update: write(async (session, values) => {
    const value = values.newValue()
    await session.update((draft) => {
      draft.log = [...((draft.log as readonly string[] | undefined) ?? []), value]
    })
    return { adds: [`log=${value};`] }
  }),
  setExpiry: write(async (session, values) => {
    const thousands = values.newExpiry()
    await session.setExpiry(thousands * 1000)
    return session.id === null ? undefined : { adds: [`expiry=${thousands};`], removes: ['expiry='] }
  }),
  flash: write(async (session, values) => {
    if (session.flashes().length > 9) return undefined // stays below 20 flashes: the 20th would remove the oldest
    const value = values.newValue()
    await session.flash('info', value)
    return { adds: [`flash=${value};`] }
  }),
  acknowledge: write(async (session) => {
    const flashes = session.flashes()
    await session.acknowledgeFlashes(
      flashes.map(({ id }) => id),
      {}, // with the default, this object would continue to return them
    )
    return { removes: flashes.map(({ value }) => `flash=${value};`) }
  }),
  read: { weight: 20, run: async () => undefined },
  cycleKey: rotate(async (session) => session.cycleKey().then(() => undefined)),
  login: rotate((session) => login(session, session.userId ?? 'a')),
  'login as another user': rare((session) => login(session, otherThan(session.userId))),
  revokeOthers: rare(async (session) => session.revokeOthers().then(() => undefined)),
  clearExpired: rare(async (_, { sessions }) => sessions.clearExpired().then(() => undefined)),
  expire: rare(async (session) => session.setExpiry(new Date(1)).then(() => undefined)),
  flush: rare(async (session) => session.flush().then(() => undefined)),
  logout: rare(async (session) => session.logout().then(() => undefined)),
  revoke: rare(async ({ id }, { sessions }) => void (id && (await sessions.revoke(id)))),
  revokeUser: rare(async ({ userId }, { sessions }) => void (userId && (await sessions.revokeUser(userId)))),
}
