import { cookieValues, storeNow } from '../core/cookie/carrier.ts'
import type { ResolvedCookie } from '../core/cookie/cookie-options.ts'
import {
  boundDevice,
  type DeviceSigner,
  deviceCookieName,
  deviceText,
  isJustBound,
  unboundCookieName,
  unboundMark,
} from '../core/cookie/device.ts'
import { isTokenOf } from '../core/cookie/token.ts'
import { isUuid } from '../core/data/bytes.ts'
import type { ResolvedDeviceBinding } from '../core/device-options.ts'
import type { SessionEvent } from '../core/events.ts'
import type { ExpiryPolicy } from '../core/store/expiry.ts'
import type { SessionStore } from '../core/store/store.ts'
import type { StoredSession } from '../core/store/stored-session.ts'
import { type DeviceProof, headerString, isSignedBy, parseDeviceProof, quotedString, thumbprintOf } from '../web/device-proof.ts'
import { deviceRejection } from './device-check.ts'

/** The parts of `createSessions` that the device handler depends on. */
export interface DeviceContext {
  readonly store: SessionStore
  readonly policy: ExpiryPolicy
  readonly cookie: ResolvedCookie
  readonly binding: ResolvedDeviceBinding
  readonly signer: DeviceSigner
  readonly emit: (event: SessionEvent) => void
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/**
 * Responds to the browser of a device-bound session: registers the device's key after a login, and renews the device cookie for a
 * signed challenge. If a link on another site caused the request, the browser sends no SameSite cookie. So the challenge or
 * `Sec-Secure-Session-Id` identifies the session. If the store fails, the status is 503: the browser keeps its session and tries
 * again. After a 401 the browser gives up.
 * @see W3C Device Bound Session Credentials
 */
export async function respondToDevice(context: DeviceContext, { headers }: { readonly headers: Headers }): Promise<Response> {
  // The draft makes both values strings (RFC 9651), but Chromium sends them without quotation marks.
  const sessionId = textOf(headers.get('sec-secure-session-id'))
  const jwt = textOf(headers.get('secure-session-response'))
  const proof = jwt === null ? null : parseDeviceProof(jwt)
  try {
    return await (sessionId === null ? register(context, headers, proof) : refresh(context, sessionId, proof))
  } catch (error) {
    console.error(error)
    return empty(503)
  }
}

function textOf(header: string | null): string | null {
  return headerString(header) ?? header
}

/** Returns the value of `Secure-Session-Registration`, which asks the browser to bind session `id` to this device. */
export async function registration(id: string, path: string, signer: DeviceSigner, nowSeconds: number): Promise<string> {
  return `(ES256);path=${quotedString(path)};challenge=${quotedString(await signer.challenge(id, nowSeconds))}`
}

/** Binds the session of the challenge to the key that signed it. */
async function register(context: DeviceContext, headers: Headers, proof: DeviceProof | null): Promise<Response> {
  const id = proof && (await context.signer.challenged(proof.challenge, context.now() / 1000))
  if (!id || !proof.key) return empty(400)
  if (!(await isSignedBy(proof.key, proof))) return empty(401)
  const row = await findById(context, id)
  if (!row?.authenticatedAt) return empty(400, doNotInvite(context, headers, id))
  const device = boundDevice(row)
  if (device && !isJustBound(device, row)) return refuseKey(context, row, headers)
  const secondsSinceLogin = storeNow(row) - row.authenticatedAt.getTime() / 1000
  if (secondsSinceLogin > context.binding.registerWithinSeconds) return empty(400, doNotInvite(context, headers, id))
  const thumbprint = await thumbprintOf(proof.key)
  const boundAtSeconds = device?.boundAtSeconds ?? storeNow(row) // registering another key does not extend the grace period
  const deviceKey = deviceText({ boundAtSeconds, thumbprint, ...proof.key })
  const changed = await context.store.update(row, { deviceKey, extendsExpiry: false }, context.policy)
  if (!changed || changed === 'conflict') return empty(503)
  context.emit({ type: 'bound', id, userId: row.userId })
  return proven(context, id, thumbprint)
}

/**
 * Refuses a second key after the grace period: the session stays bound to the first key. Emits an event, because a thief may have
 * sent the second key. A request with a valid proof causes no event, because it comes from the bound browser itself: a browser
 * registers a key for each invitation that it received before it had a proof.
 */
async function refuseKey(context: DeviceContext, row: StoredSession, headers: Headers): Promise<Response> {
  const { cookie, signer, now } = context
  const proofs = cookieValues(headers.get('cookie'), deviceCookieName(cookie))
  if (await signer.isProof(row.id, proofs, now() / 1000)) return empty(400)
  return refuse(context, row, 400, doNotInvite(context, headers, row.id))
}

/** Renews the device cookie if the device has signed a challenge; otherwise sends a challenge to sign. */
async function refresh(context: DeviceContext, sessionId: string, proof: DeviceProof | null): Promise<Response> {
  const [id = '', thumbprint] = sessionId.split('~')
  const row = isUuid(id) ? await findById(context, id) : null
  if (!row) return Response.json({ session_identifier: sessionId, continue: false }, { headers: noStore })
  const device = boundDevice(row)
  if (device?.thumbprint !== thumbprint || !device) return empty(401)
  const challenged = proof && (await context.signer.challenged(proof.challenge, context.now() / 1000))
  if (challenged !== id || !proof) return empty(403, await nextChallenge(context, id, sessionId))
  if (await isSignedBy(device, proof)) return proven(context, id, device.thumbprint)
  return refuse(context, row, 401)
}

function refuse({ emit }: DeviceContext, row: StoredSession, status: number, headers: Record<string, string> = {}): Response {
  emit(deviceRejection(row))
  return empty(status, headers)
}

/**
 * Sets the cookie that stops the guard's invitations until the next login. Otherwise each page would cause a registration. Sets
 * none if the browser has logged in again since it was invited for session `id`: its new session can still be bound.
 */
function doNotInvite({ cookie }: DeviceContext, headers: Headers, id: string): Record<string, string> {
  const token = cookieValues(headers.get('cookie'), cookie.name).find((value) => isTokenOf(id, value))
  if (token === undefined) return {}
  const value = `${unboundCookieName(cookie)}=${unboundMark(token)}`
  return { 'set-cookie': `${value}; Max-Age=86400; ${deviceCookieAttributes(cookie)}` }
}

async function findById({ store }: DeviceContext, id: string): Promise<StoredSession | null> {
  const [row] = await store.list({ ids: [id], status: 'active', sort: 'created', limit: 1 })
  return row ?? null
}

/**
 * Returns the device cookie, the browser's instructions, and the next challenge, which saves a round trip at the next
 * renewal.
 */
async function proven(context: DeviceContext, id: string, thumbprint: string): Promise<Response> {
  const { cookie, binding, signer, now } = context
  const sessionId = `${id}~${thumbprint}`
  const value = await signer.cookie(id, Math.floor(now() / 1000 + binding.lifetimeSeconds))
  const attributes = deviceCookieAttributes(cookie)
  const instructions = {
    session_identifier: sessionId,
    refresh_url: binding.path,
    scope: { include_site: cookie.domain !== undefined },
    credentials: [{ type: 'cookie', name: deviceCookieName(cookie), attributes }],
    allowed_refresh_initiators: ['*'],
  }
  const setCookie = `${deviceCookieName(cookie)}=${value}; Max-Age=${binding.lifetimeSeconds}; ${attributes}`
  return Response.json(instructions, {
    headers: { ...noStore, 'set-cookie': setCookie, ...(await nextChallenge(context, id, sessionId)) },
  })
}

function deviceCookieAttributes({ domain, path, sameSite, secure, partitioned }: ResolvedCookie): string {
  const site = { lax: 'Lax', strict: 'Strict', none: 'None' }[sameSite]
  const place = [domain && `Domain=${domain}`, `Path=${path}`]
  const flags = [secure && 'Secure', 'HttpOnly', `SameSite=${site}`, partitioned && 'Partitioned']
  return [...place, ...flags].filter(Boolean).join('; ')
}

async function nextChallenge({ signer, now }: DeviceContext, id: string, sessionId: string): Promise<Record<string, string>> {
  const challenge = quotedString(await signer.challenge(id, now() / 1000))
  return { 'secure-session-challenge': `${challenge};id=${quotedString(sessionId)}` }
}

const noStore = { 'cache-control': 'no-store' }

function empty(status: number, headers: Record<string, string> = {}): Response {
  return new Response(null, { status, headers: { ...noStore, ...headers } })
}
