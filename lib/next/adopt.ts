import type { Adopt, AdoptedSession } from '../core/adoption.ts'
import type { CarriedSession } from '../core/cookie/carrier.ts'
import { newTokenSecret } from '../core/cookie/token-carrier.ts'
import { uuidV7 } from '../core/data/bytes.ts'
import { emptyPatch, maxBytesBefore } from '../core/data/patch.ts'
import { checkUserId } from '../core/data/user-id.ts'
import { SessionError } from '../core/errors.ts'
import { trimSessions } from '../core/session/removals.ts'
import type { RequestContext, SessionContext, SessionScope } from '../core/session/request-context.ts'
import { adoptedKey, storedAuthHash } from '../core/session/session-user.ts'
import { type ExpiryPolicy, policyOf } from '../core/store/expiry.ts'
import type { NewSession, StoredSession } from '../core/store/stored-session.ts'
import { requestCookies } from '../web/request-cookies.ts'

/**
 * Continues the session of another library if the request has no authentic cookie of Coatcheck. Where a cookie can be set, the
 * session is stored in Coatcheck's store, and the old cookie is removed. Elsewhere, such as in a page, the session is only shown.
 */
export async function adoptSession(
  adopt: Adopt,
  context: SessionContext,
  carried: CarriedSession,
  headers: Headers,
  request: RequestContext,
): Promise<CarriedSession> {
  const { found } = carried
  if (found !== null && found !== 'malformed' && found !== 'forged') return carried
  const adopted = await adopt({ cookies: requestCookies(headers), headers })
  if (!adopted) return carried
  const { tokenSecret, tokenHash } = newTokenSecret(context.cryptography)
  const session = { ...newSession(context, adopted), ...request.client, tokenHash }
  const cookies = await request.responseCookies()
  const policy = policyOf(context.options, session.userId)
  if (cookies.readOnlyContext !== null) return { ...carried, found: null, adopted: unsavedRow(session, policy, context.now()) }
  const row = await carried.store.create(session, policy)
  if (!row) return carried
  const credential = carried.issue(row, tokenSecret)
  cookies.send(credential.value, carried.maxAge(row, credential))
  for (const name of namesOf(adopted)) cookies.remove(name)
  context.emit({ type: 'created', id: row.id, userId: row.userId })
  if (row.userId !== null) await trimAfterAdoption({ context, carried, request }, row.userId)
  return { ...carried, found: { row, credential }, presented: credential }
}

/**
 * Returns the names of the old library's cookies in this request. Returns an empty list if `adopt` fails, because only its result
 * contains the names.
 */
export async function adoptableCookies({ adopt }: SessionContext, headers: Headers): Promise<readonly string[]> {
  try {
    return namesOf(await adopt?.({ cookies: requestCookies(headers), headers }))
  } catch {
    return []
  }
}

function namesOf(adopted: AdoptedSession | null | undefined): readonly string[] {
  return [adopted?.cookie ?? []].flat()
}

/** Logs a failure instead of rejecting: the session is stored, and the next `getSession` of this request would adopt it again. */
async function trimAfterAdoption(scope: SessionScope, userId: string): Promise<void> {
  try {
    await trimSessions(scope, userId)
  } catch (error) {
    const code = error instanceof SessionError ? error.code : typeof error
    console.error(`coatcheck: a session was adopted, but deleting the sessions above maxPerUser failed (${code})`)
  }
}

/** @throws {SessionError} DATA_INVALID or DATA_TOO_LARGE, as from `set` and `login`; CONFIG_INVALID if `authHash` is missing. */
function newSession(
  context: SessionContext,
  { userId, authHash, data = {} }: AdoptedSession,
): Omit<NewSession, 'tokenHash' | 'ip' | 'userAgent'> {
  const { codec, columns, cryptography, now, options } = context
  const id = uuidV7(now(), cryptography.randomBytes(10))
  const given = Object.entries(data).filter(([, value]) => value !== undefined)
  const entries = given.map(([key, value]) => [key, codec.encode(key, value)] as const)
  const shown = { id, userId: userId === null ? null : checkUserId(userId), data: Object.fromEntries(entries) }
  maxBytesBefore({}, { ...emptyPatch, set: shown.data }, options.maxBytes)
  const parts = { ...shown, data: { ...shown.data, ...(shown.userId !== null && { [adoptedKey]: true }) } }
  const hash = parts.userId === null ? undefined : storedAuthHash(context, 'login', authHash)
  return { ...parts, authHash: hash ?? null, expiry: null, ...(columns && { columns: columns.all(parts) }) }
}

/** Returns the session as a page shows it before it is stored. */
function unsavedRow(session: NewSession, { maxAgeSeconds }: ExpiryPolicy, now: number): StoredSession {
  const at = new Date(now)
  const authenticatedAt = session.userId === null ? null : at
  const times = { createdAt: at, authenticatedAt, lastSeenAt: at, expiresAt: new Date(now + maxAgeSeconds * 1000) }
  return { ...session, ...times, deviceKey: null, secondsLeft: maxAgeSeconds, secondsSinceSeen: 0, version: 0 }
}
