import type { Session } from '../core/session/session.ts'

/** A session of any app. */
export type AnySession = Session<Record<string, unknown>, string, Record<string, unknown>, unknown>

/** The session of one request. The first `getSession` loads it; later calls share it. */
export interface Entry {
  readonly optionsKey: string
  readonly cookies: readonly string[]
  session: Promise<AnySession> | null
}

/** The state of all requests. Its keys are the headers objects of the requests. */
interface Requests {
  /** The sessions of each request, by the name of the cookie. */
  readonly entries: WeakMap<Headers, Map<string, Entry>>
  /** The requests that respond with a redirect. */
  readonly turnedAway: WeakSet<Headers>
}

// On globalThis, because a bundler may load several copies of this module: pages and actions can have one each.
const requestsKey = Symbol.for('coatcheck.requests')
const shared = globalThis as { [requestsKey]?: Requests }
shared[requestsKey] ??= { entries: new WeakMap(), turnedAway: new WeakSet() }
/** The requests of this process. */
export const requests = shared[requestsKey]
