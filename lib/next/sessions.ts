import type { SessionAdministration } from '../core/administration/administration.ts'
import type { SessionUpdates } from '../core/administration/updates.ts'
import type { AnyRequest } from '../core/request-headers.ts'
import type { Session } from '../core/session/session.ts'
import type { SessionView } from '../core/session/status.ts'
import type { ClearExpiredHandlerOptions } from './cron.ts'
import type { HandlerFunction } from './handler.ts'
import type { RequireUserOptions } from './require-user.ts'
import type { StatusHandler } from './status.ts'

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
   * Returns the logged-in user, or null (Django's request.user). Needs the option `user`. `user.load` is called once per request,
   * however often this is called; a page that is rendered after an action loads the user again. If the user does not exist or, with
   * `user.authHash`, has other credentials than at the login, the session is deleted, the visitor is anonymous for the rest of the
   * request, and the event `rejected` with the reason 'credentials' follows. `session` must come from the same `createSessions`,
   * for example from `fromRequest`. @default the current request's session
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
   * Creates the route handler, for POST, at the path of the option `deviceBinding`. Browsers send their proof of the device to this
   * path. Nothing may redirect, limit or replace its responses: after a 401, 404, 429 or redirect, the browser gives up and the
   * user must log in again. Without the option, the first request rejects with CONFIG_INVALID.
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
