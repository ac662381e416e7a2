import { absoluteEnd, type CookieStore, type SessionCarrier, storeNow } from '../core/cookie/carrier.ts'
import { type AuthenticToken, openToken } from '../core/cookie/token.ts'
import { deepFreeze, type JsonObject } from '../core/data/json.ts'
import { visible } from '../core/data/schema.ts'
import type { ResolvedOptions } from '../core/options.ts'
import { withDeadline } from '../core/store/deadline.ts'
import type { SessionStore, StoredSession } from '../core/store/store.ts'
import { webTokenHash, webVerifier } from '../web/web-crypto.ts'

/** A session as the guard reads it: the stored JSON, without defaults or `serializer`, deeply frozen. */
export interface GuardedSession {
  readonly id: string
  readonly userId: string | null
  readonly data: JsonObject
}

/** The visitor, as far as the guard knows. */
export interface Visitor {
  /** True if the visitor has proved to be logged in: by the token, or by the session if the guard has read it. */
  readonly loggedIn: boolean
  /** The session, if the guard has read it; otherwise null. */
  readonly session: GuardedSession | null
}

/** The visitor, and whether the cookie is that of any session. */
interface KnownVisitor extends Visitor {
  readonly hasSession: boolean
  /** The id of a logged-in session. */
  readonly id: string | null
}

/** Returns the visitor who sent these cookies. Reads the store only if `isWorthReading` returns true for an authentic token. */
type Identify = (values: readonly string[], isWorthReading: (visitor: KnownVisitor) => boolean) => Promise<KnownVisitor>

/** The store that the guard reads, and the longest duration of a read. */
interface GuardStore {
  readonly store: SessionStore | CookieStore | undefined
  readonly timeoutMs: number
}

const anonymous: KnownVisitor = { hasSession: false, id: null, loggedIn: false, session: null }

/**
 * A token is rejected this long after its outer limit. The row decides; a guard whose clock is ahead must not turn away a
 * visitor who has just logged in, because the login page would lead back to it.
 */
const leewaySeconds = 86_400

/** Creates the function that identifies visitors: by their token, by the row of their session, or by a cookie that holds it. */
export function visitorReader(options: ResolvedOptions, { store, timeoutMs }: GuardStore): Identify {
  if (store && !('find' in store)) {
    const carrier = store.carrier(options)
    return (values) => byCookie(carrier, values)
  }
  const verify = webVerifier(options.secrets)
  const readRow = store && rowReader(withDeadline(store, timeoutMs), options)
  return async (values, isWorthReading) => {
    const opened = await Promise.all(values.map((value) => openToken(value, options.cookie.name, verify)))
    const tokens = opened.filter((token) => typeof token === 'object').filter(isUsable)
    // The page uses the first token whose session is live. Tokens do not say that, so any of a login lets the visitor pass.
    const { id = null } = tokens.find(({ loggedIn }) => loggedIn) ?? {}
    const visitor = { hasSession: tokens.length > 0, id, loggedIn: id !== null, session: null }
    if (!readRow || !visitor.hasSession || !isWorthReading(visitor)) return visitor
    for (const token of tokens) {
      const known = await readRow(token, visitor)
      if (known.hasSession) return known
    }
    return anonymous
  }
}

function isUsable({ expiresSeconds }: AuthenticToken): boolean {
  return expiresSeconds + leewaySeconds >= Date.now() / 1000
}

async function byCookie(carrier: SessionCarrier, values: readonly string[]): Promise<KnownVisitor> {
  const { found } = await carrier.open(values)
  return found === null || typeof found === 'string' ? anonymous : visitorOf(found.row)
}

/** Reads the row of a token. If the store fails, returns the visitor as the token describes it: the page checks the row itself. */
function rowReader(store: SessionStore, { policy }: ResolvedOptions) {
  let hasLogged = false
  return async ({ id, tokenSecret }: AuthenticToken, byToken: KnownVisitor): Promise<KnownVisitor> => {
    try {
      const row = await store.find({ id, tokenHash: await webTokenHash(tokenSecret) })
      if (row === null || row === 'rotated' || storeNow(row) >= absoluteEnd(policy, row)) return anonymous
      return visitorOf(row)
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
