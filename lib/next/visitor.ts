import { absoluteEnd, type CookieStore, type SessionCarrier, storeNow } from '../core/cookie/carrier.ts'
import { type AuthenticToken, openTokenAsync } from '../core/cookie/token.ts'
import { deepFreeze, type JsonObject } from '../core/data/json.ts'
import { visible } from '../core/data/schema.ts'
import type { ResolvedOptions } from '../core/options.ts'
import { withDeadline } from '../core/store/deadline.ts'
import type { ExpiryPolicy } from '../core/store/expiry.ts'
import type { SessionStore } from '../core/store/store.ts'
import type { StoredSession } from '../core/store/stored-session.ts'
import { webTokenHash, webVerifier } from '../web/web-crypto.ts'

/** A session as the guard reads it: the stored JSON, without defaults or `serializer`, deeply frozen. */
export interface GuardedSession {
  readonly id: string
  readonly userId: string | null
  readonly data: JsonObject
}

/** A visitor as the guard identifies them. */
export interface Visitor {
  /** True if the visitor has proved to be logged in: by the token, or by the session if the guard has read it. */
  readonly loggedIn: boolean
  /** The session, if the guard has read it; otherwise null. */
  readonly session: GuardedSession | null
}

/** A visitor. `hasSession` is true if the cookie belongs to any session, with or without a user. */
interface KnownVisitor extends Visitor {
  readonly hasSession: boolean
  /** The id of a logged-in session. */
  readonly id: string | null
}

/**
 * Returns the visitor who sent these cookies. Reads the store only if `isWorthReading` returns true for an authentic
 * token. A session for which `isProven` returns false does not count.
 */
type Identify = (
  values: readonly string[],
  isWorthReading: (visitor: KnownVisitor) => boolean,
  isProven: IsProven,
) => Promise<KnownVisitor>

/** Returns false if the session is bound to a device and the request has no proof of it. */
type IsProven = (row: StoredSession) => Promise<boolean>

/** The store that the guard reads, and the longest duration of a read. */
interface GuardStore {
  readonly store: SessionStore | CookieStore | undefined
  readonly timeoutMs: number
}

const anonymous: KnownVisitor = { hasSession: false, id: null, loggedIn: false, session: null }

/**
 * The time for which the guard still accepts a token after its expiry. The row decides if the session has expired. A guard whose
 * clock is ahead must not redirect a visitor who has just logged in, because the login page would redirect back to it.
 */
const leewaySeconds = 86_400

/**
 * Creates the function that identifies visitors: by their token, by the row of their session, or by a cookie that
 * contains the session.
 */
export function visitorReader(options: ResolvedOptions, { store, timeoutMs }: GuardStore): Identify {
  if (store && !('find' in store)) {
    const carrier = store.carrier(options)
    return (values) => byCookie(carrier, options, values)
  }
  const verify = webVerifier(options.secrets)
  const readRow = store && rowReader(withDeadline(store, timeoutMs), options)
  return async (values, isWorthReading, isProven) => {
    const opened = await Promise.all(values.map((value) => openTokenAsync(value, options.cookie.name, verify)))
    const tokens = opened.filter((token) => typeof token === 'object').filter(isUsable)
    // The page uses the first token whose session is live. A token alone does not show whether its session is live, so any token of
    // a login lets the visitor pass.
    const { id = null } = tokens.find(({ loggedIn }) => loggedIn) ?? {}
    const visitor = { hasSession: tokens.length > 0, id, loggedIn: id !== null, session: null }
    if (!readRow || !visitor.hasSession || !isWorthReading(visitor)) return visitor
    for (const token of tokens) {
      const known = await readRow(token, visitor, isProven)
      if (known.hasSession) return known
    }
    return anonymous
  }
}

function isUsable({ expiresSeconds }: AuthenticToken): boolean {
  return expiresSeconds + leewaySeconds >= Date.now() / 1000
}

async function byCookie(carrier: SessionCarrier, { policy }: ResolvedOptions, values: readonly string[]): Promise<KnownVisitor> {
  const { found } = await carrier.open(values)
  if (found === null || typeof found === 'string') return anonymous
  return isOver(policy, found.row) ? anonymous : visitorOf(found.row)
}

/** The row does not show if `absoluteMaxAge` was shortened after its last write. */
function isOver(policy: ExpiryPolicy, row: StoredSession): boolean {
  return storeNow(row) >= absoluteEnd(policy, row)
}

/**
 * Reads the row of a token. If the store fails, returns the visitor as the token describes it: the page checks the row
 * itself.
 */
function rowReader(store: SessionStore, { policy }: ResolvedOptions) {
  let hasLogged = false
  return async ({ id, tokenSecret }: AuthenticToken, byToken: KnownVisitor, isProven: IsProven): Promise<KnownVisitor> => {
    try {
      const row = await store.find({ id, tokenHash: await webTokenHash(tokenSecret) })
      if (row === null || row === 'rotated' || isOver(policy, row)) return anonymous
      return (await isProven(row)) ? visitorOf(row) : anonymous
    } catch (error) {
      if (!hasLogged) console.error(`coatcheck: the guard could not check a session, so requests pass to the page. ${error}`)
      hasLogged = true
      return byToken
    }
  }
}

function visitorOf({ id, userId, data }: StoredSession): KnownVisitor {
  return { hasSession: true, id: userId && id, loggedIn: userId !== null, session: { id, userId, data: deepFreeze(visible(data)) } }
}
