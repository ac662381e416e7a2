import { createAdministration, type SessionAdministration } from '../core/administration/administration.ts'
import { createSweeper } from '../core/administration/sweeper.ts'
import { createUpdates, type SessionUpdates } from '../core/administration/updates.ts'
import type { CarrierOptions, SessionCarrier } from '../core/cookie/carrier.ts'
import { DeviceSigner } from '../core/cookie/device.ts'
import { deviceKeyInfo } from '../core/cookie/keys.ts'
import { tokenCarrier } from '../core/cookie/token-carrier.ts'
import type { Json } from '../core/data/json.ts'
import { type AnySchemas, createCodec, type DataOf, type DefaultedOf, type InputOf } from '../core/data/schema.ts'
import { SessionError } from '../core/errors.ts'
import { optionsOf, withInternal } from '../core/internals.ts'
import { resolveOptions, resolveServerOptions, type ServerOptions, type SessionEvent } from '../core/options.ts'
import { type AnyRequest, headersOf } from '../core/request-headers.ts'
import { Columns } from '../core/session/columns.ts'
import type { SessionContext } from '../core/session/request-context.ts'
import type { Session } from '../core/session/session.ts'
import { userOf } from '../core/session/session-user.ts'
import type { SessionView } from '../core/session/status.ts'
import { withDeadline } from '../core/store/deadline.ts'
import { nodeCryptography, nodeMacs } from '../web/node-crypto.ts'
import { type ClearExpiredHandlerOptions, clearExpiredHandler } from './cron.ts'
import { type DeviceContext, respondToDevice } from './device.ts'
import { type HandlerFunction, sessionHandler } from './handler.ts'
import { logoutHere } from './logout.ts'
import { type ConfiguredSessions, plainSession, refreshPages, requestSession } from './request.ts'
import { checkUser, currentSessionId, type RequireUserOptions } from './require-user.ts'
import { type StatusHandler, statusHandler } from './status.ts'
import { sessionView } from './view.ts'

/** A session with a logged-in user. */
export type UserSession<
  Data extends object,
  Defaulted extends keyof Data = never,
  Input extends object = Data,
  User = null,
> = Session<Data, Defaulted, Input, User> & {
  readonly id: string
  readonly userId: string
  readonly user: User
}

/** The result of `createSessions`. All members can be destructured. */
export interface Sessions<Data extends object, Defaulted extends keyof Data = never, Input extends object = Data, User = null>
  extends SessionAdministration,
    SessionUpdates<Data, Defaulted> {
  /**
   * Returns the visitor's session. It is never null: a new visitor gets an empty, unsaved one. Call it in server
   * components, `generateMetadata`, route handlers and server actions, and in the `after()` of handlers and actions.
   * All calls in one request return the same object, which is read from the store once. Reading never writes and never
   * sets a cookie. Rejects with STORE_FAILED if the store fails, and with Next's own error outside a request.
   * @example const name = (await getSession()).get('name')
   */
  getSession(): Promise<Session<Data, Defaulted, Input, User>>
  /**
   * Returns the logged-in user, or null (Django's request.user). Needs the option `user`. `user.load` is called once
   * per request, however often this is called; a page that is rendered after an action loads the user again. If the
   * user does not exist or, with `user.authHash`, has other credentials than at the login, the session is deleted, the
   * visitor is anonymous for the rest of the request, and the event `rejected` with the reason 'credentials' follows.
   * `session` is a session of these `sessions`, such as that of `fromRequest`. @default the current request's session
   * @example const user = await sessions.getUser()
   * @throws {SessionError} CONFIG_INVALID without the option `user`.
   */
  getUser(session?: Session<Data, Defaulted, Input, User>): Promise<User | null>
  /**
   * Returns the session of a logged-in user, with `user` if the option `user` is set; then it checks the user as
   * `getUser` does. Redirects other visitors to `signIn` with `returnTo` as `next`. With `within`, also redirects a
   * user whose login is older, with `reason=reauthenticate`. With `signIn: null`, for route handlers, it rejects with
   * UNAUTHENTICATED or REAUTHENTICATE instead.
   * @example const { user } = await requireUser({ returnTo: '/account' })
   */
  requireUser(options?: RequireUserOptions): Promise<UserSession<Data, Defaulted, Input, User>>
  /**
   * Logs the current visitor out, as `session.logout()` does. It clears the cookie even if the store fails before the
   * session can be read, and rejects with STORE_FAILED afterwards. In that case the row remains until it expires.
   * @example await sessions.logout()
   */
  logout(): Promise<void>
  /**
   * Returns the session of a plain `Request`, or of Node's `IncomingMessage`, such as a WebSocket handshake. It is
   * read-only: its writers reject with READ_ONLY.
   * @example const { userId } = await sessions.fromRequest(handshake)
   */
  fromRequest(request: AnyRequest): Promise<Session<Data, Defaulted, Input, User>>
  /**
   * Wraps a route handler. The response has `Cache-Control: private, no-store` and `Vary: Cookie`. Requests from other
   * sites with an unsafe method are rejected, except those of `trustedOrigins`. A thrown error becomes the response `{
   * error: { code, message } }` with the error's status, so that cookies set before are sent; Next drops them when a
   * handler throws. An error that is not a `SessionError` becomes a 500 without its text. Redirects pass.
   * @example export const POST = sessions.handler(async () => Response.json({ ok: true }))
   */
  handler<Incoming extends Request = Request, Args extends readonly unknown[] = []>(
    fn: HandlerFunction<Incoming, Args>,
  ): HandlerFunction<Incoming, Args, Promise<Response>>
  /**
   * Returns what `<SessionProvider>` of `coatcheck/client` shows to scripts: the values that `choose` returns, and
   * `userId`, `isAnonymous`, `expiresIn` and `authenticatedAt`. Nothing else of the session reaches the browser. Call
   * it where `getSession` may be called, such as in a layout.
   * @example <SessionProvider view={await sessions.view((session) => ({ name: session.get('name') }))}>
   */
  view<Values extends object>(choose: (session: Session<Data, Defaulted, Input, User>) => Values): Promise<SessionView<Values>>
  /**
   * Creates the route handler that `<SessionWatch>` of `coatcheck/client` asks for the state of the session. Its JSON
   * is a `SessionStatus`. A GET is not activity: it neither extends nor touches the session, and sends one statement,
   * or none without an authentic cookie. A POST from the same origin extends the session in steps of `touchInterval`,
   * and responds with 409 if it has ended. If the store fails, the status is 503.
   * @example export const { GET, POST } = sessions.statusHandler()
   */
  statusHandler(): StatusHandler
  /**
   * Creates the route handler, for POST, at the path of the option `deviceBinding`. Browsers send their proof of the
   * device to it. Nothing may redirect, limit or replace its responses: after a 401, 404, 429 or redirect, the browser
   * gives up and the user must log in again. Without the option, the first request rejects with CONFIG_INVALID.
   * @example export const POST = sessions.deviceHandler()
   */
  deviceHandler(): HandlerFunction<Request, [], Promise<Response>>
  /**
   * Creates a route handler, for GET or POST, that a cron job calls to delete expired sessions. It responds with `{
   * deleted, done }`. `done` is false if the time ran out first; the next call continues. A request without
   * `Authorization: Bearer <secret>`, compared in constant time, receives a 401. If the secret is missing or has fewer
   * than 16 characters, every request receives a 500 with CONFIG_INVALID; importing the module does not fail. Responses
   * are never cached.
   * @example export const GET = sessions.clearExpiredHandler({ secret: process.env.CRON_SECRET })
   */
  clearExpiredHandler(options: ClearExpiredHandlerOptions): HandlerFunction<Request, [], Promise<Response>>
}

/**
 * Creates the sessions of an app. Call it once, at module scope. Nothing is checked, opened or connected until the
 * first request, so `next build` passes without a secret or a database; then wrong options reject with CONFIG_INVALID.
 * `Data` types the session's values, and `User` the users that `user.load` returns. With `schema`, both are inferred.
 * @example export const sessions = createSessions<AppSession>({ ...sessionOptions, store: drizzleStore(db) })
 */
export function createSessions<const Schemas extends AnySchemas, User = null>(
  options: ServerOptions<DataOf<Schemas>, User> & { schema: Schemas },
): Sessions<DataOf<Schemas>, DefaultedOf<Schemas>, InputOf<Schemas>, User>
export function createSessions<Data extends object = Record<string, Json>, User = null>(
  options: ServerOptions<Data, User>,
): Sessions<Data, never, Data, User>
export function createSessions(options: AnyOptions): AnySessions {
  let resolved: ConfiguredSessions | undefined
  const configured = () => {
    resolved ??= configure(options)
    return resolved
  }
  const getSession = () => requestSession(configured)
  const administrationContext = () => {
    const { carrier, emit } = configured().context
    return { store: carrier.store, emit }
  }
  const refresh = () => refreshPages(configured().context.options.cookie)
  const administration = createAdministration(administrationContext, () => currentSessionId(getSession), refresh)
  const sessions: AnySessions = {
    getSession,
    getUser: async (session) => (session ?? (await getSession()))[userOf].load(),
    requireUser: async (options = {}) => {
      const session = await getSession()
      await checkUser(session, configured(), options)
      return session as AnyUserSession
    },
    logout: () => logoutHere(getSession, () => configured().context.options.cookie),
    fromRequest: async (request) => plainSession(configured().context, headersOf(request)),
    handler: (fn) => sessionHandler(fn, () => configured().context.options.trustedOrigins),
    view: async (choose) => sessionView(await getSession(), configured().context, choose),
    statusHandler: () => statusHandler(() => configured().context),
    deviceHandler: () => async (request) => respondToDevice(deviceContext(configured().context), request),
    clearExpiredHandler: (options) => clearExpiredHandler(administration.clearExpired, options),
    ...administration,
    ...createUpdates(() => configured().context, refresh),
  }
  return withInternal(sessions, optionsOf, () => options)
}

type AnyData = Record<string, unknown>
type AnyOptions = ServerOptions<AnyData, unknown>
type AnySessions = Sessions<AnyData, string, AnyData, unknown>
type AnyUserSession = UserSession<AnyData, string, AnyData, unknown>

function configure(options: AnyOptions): ConfiguredSessions {
  const resolved = { ...resolveOptions(options, process.env.NODE_ENV === 'production'), ...resolveServerOptions(options) }
  const cryptography = nodeCryptography(resolved.secrets)
  const carrier = carrierOf(options.store, { ...resolved, cryptography })
  const codec = createCodec(options.schema, options.serializer, resolved.maxBytes)
  const emit = (event: SessionEvent) => void callOnEvent(options.onEvent, event)
  const context: SessionContext = {
    carrier,
    options: resolved,
    codec,
    cryptography,
    adopt: options.adopt ?? null,
    deviceSigner: resolved.deviceBinding && new DeviceSigner(resolved.cookie.name, nodeMacs(resolved.secrets, deviceKeyInfo)),
    user: options.user ?? null,
    columns: options.columns ? new Columns(options.columns, codec, carrier.store) : null,
    now: Date.now,
    emit,
    afterWrite: resolved.autoClear ? createSweeper(carrier.store, Date.now, emit) : () => {},
  }
  // Functions cannot be compared across the copies of a module that a bundler makes. Their presence can.
  const { serializer, onEvent, clientIp, columns, user, adopt } = options
  const functions = [serializer, onEvent, clientIp, columns, user, user?.authHash, adopt].map((given) => given !== undefined)
  const optionsKey = JSON.stringify([resolved, options.store.name, Object.keys(options.schema ?? {}), functions])
  return { context, optionsKey }
}

/** @throws {SessionError} CONFIG_INVALID without the option `deviceBinding`. */
function deviceContext({ carrier, options, deviceSigner, emit, now }: SessionContext): DeviceContext {
  const { policy, cookie, deviceBinding } = options
  if (!deviceSigner || !deviceBinding) {
    throw new SessionError('CONFIG_INVALID', 'deviceHandler() needs the option deviceBinding; add deviceBinding: true.')
  }
  return { store: carrier.store, policy, cookie, binding: deviceBinding, signer: deviceSigner, emit, now }
}

/** Returns the carrier of a store: its own carrier, or the one whose tokens name rows. */
function carrierOf(
  store: ServerOptions['store'],
  options: CarrierOptions & SessionContext['options'] & { readonly cryptography: SessionContext['cryptography'] },
): SessionCarrier {
  if (store && 'carrier' in store) {
    if (options.deviceBinding) throw new SessionError('CONFIG_INVALID', noDevices)
    return store.carrier(options)
  }
  if (store && 'find' in store) return tokenCarrier(withDeadline(store, options.timeoutMs), options, options.cryptography)
  throw new SessionError('CONFIG_INVALID', 'store is missing; pass one, such as drizzleStore(db).')
}

const noDevices =
  'deviceBinding needs a store on the server, and cookieStore() has none. Use drizzleStore(db), or remove the option.'

async function callOnEvent(onEvent: ServerOptions['onEvent'], event: SessionEvent): Promise<void> {
  try {
    await onEvent?.(event)
  } catch (error) {
    console.error(`coatcheck: onEvent threw on '${event.type}'`, error instanceof Error ? error.name : typeof error)
  }
}
