import { createAdministration, type SessionAdministration } from '../core/administration/administration.ts'
import { createSweeper } from '../core/administration/sweeper.ts'
import type { CarrierOptions, SessionCarrier } from '../core/cookie/carrier.ts'
import { tokenCarrier } from '../core/cookie/token-carrier.ts'
import type { Json } from '../core/data/json.ts'
import { type AnySchemas, createCodec, type DataOf, type DefaultedOf, type InputOf } from '../core/data/schema.ts'
import { SessionError } from '../core/errors.ts'
import { resolveOptions, resolveServerOptions, type ServerOptions, type SessionEvent } from '../core/options.ts'
import type { SessionContext } from '../core/session/request-context.ts'
import type { Session } from '../core/session/session.ts'
import { withDeadline } from '../core/store/deadline.ts'
import { nodeCryptography } from '../web/node-crypto.ts'
import { type ClearExpiredHandlerOptions, clearExpiredHandler } from './cron.ts'
import { type HandlerFunction, sessionHandler } from './handler.ts'
import { type ConfiguredSessions, plainSession, prepareTurnAway, refreshPages, requestSession } from './request.ts'
import { currentSessionId, type RequireUserOptions, turnAway } from './require-user.ts'

/** A session with a logged-in user. */
export type UserSession<Data extends object, Defaulted extends keyof Data = never, Input extends object = Data> = Session<
  Data,
  Defaulted,
  Input
> & {
  readonly id: string
  readonly userId: string
}

/** The result of `createSessions`. All members work without the object, so they can be destructured. */
export interface Sessions<Data extends object, Defaulted extends keyof Data = never, Input extends object = Data>
  extends SessionAdministration {
  /**
   * Returns the visitor's session. It is never null: a new visitor gets an empty, unsaved one. Call it in server components,
   * `generateMetadata`, route handlers and server actions, and in the `after()` of the last two. All calls in one request
   * return the same object, which is read from the store once. Reading never writes and never sets a cookie. Rejects with
   * STORE_FAILED if the store fails, and with Next's own error outside a request.
   * @example const name = (await getSession()).get('name')
   */
  getSession(): Promise<Session<Data, Defaulted, Input>>
  /**
   * Returns the session of a logged-in user. Redirects other visitors to `signIn` with `returnTo` as `next`. With `signIn:
   * null`, for route handlers, it rejects with UNAUTHENTICATED instead.
   * @example const { userId } = await requireUser({ returnTo: '/account' })
   */
  requireUser(options?: RequireUserOptions): Promise<UserSession<Data, Defaulted, Input>>
  /** Returns the session of a plain `Request`. It is read-only: its writers reject with READ_ONLY. */
  fromRequest(request: { readonly headers: Headers; readonly url: string }): Promise<Session<Data, Defaulted, Input>>
  /**
   * Wraps a route handler. The response has `Cache-Control: private, no-store` and `Vary: Cookie`. Requests from other sites
   * with an unsafe method are rejected. A thrown error becomes the response `{ error: { code, message } }` with the error's
   * status, so that cookies set before are sent; Next drops them when a handler throws. An error that is not a `SessionError`
   * becomes a 500 without its text. Redirects pass.
   * @example export const POST = sessions.handler(async () => Response.json({ ok: true }))
   */
  handler<Incoming extends Request = Request, Args extends readonly unknown[] = []>(
    fn: HandlerFunction<Incoming, Args>,
  ): HandlerFunction<Incoming, Args, Promise<Response>>
  /**
   * Creates a route handler, for GET or POST, that a cron job calls to delete expired sessions. It responds with `{ deleted,
   * done }`. `done` is false if the time ran out first; the next call continues. A request without `Authorization: Bearer
   * <secret>`, compared in constant time, receives a 401. If the secret is missing or has fewer than 16 characters, every
   * request receives a 500 with CONFIG_INVALID; importing the module does not fail. Responses are never cached.
   * @example export const GET = sessions.clearExpiredHandler({ secret: process.env.CRON_SECRET })
   */
  clearExpiredHandler(options: ClearExpiredHandlerOptions): HandlerFunction<Request, [], Promise<Response>>
}

/**
 * Creates the sessions of an app. Call it once, at module scope. Nothing is checked, opened or connected until the first
 * request, so `next build` passes without a secret or a database; then wrong options reject with CONFIG_INVALID. `Data` types
 * the session's values. With `schema` it is inferred.
 * @example export const sessions = createSessions<AppSession>({ ...sessionOptions, store: drizzleStore(db) })
 */
export function createSessions<const Schemas extends AnySchemas>(
  options: ServerOptions & { schema: Schemas },
): Sessions<DataOf<Schemas>, DefaultedOf<Schemas>, InputOf<Schemas>>
export function createSessions<Data extends object = Record<string, Json>>(options: ServerOptions): Sessions<Data>
export function createSessions(options: ServerOptions): Sessions<Record<string, unknown>, string> {
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
  return {
    getSession,
    requireUser: async ({ signIn, returnTo }: RequireUserOptions = {}) => {
      const session = await getSession()
      if (session.userId === null) {
        const { context } = configured()
        await prepareTurnAway(context)
        return turnAway(signIn === undefined ? context.options.signIn : signIn, returnTo)
      }
      return session as UserSession<Record<string, unknown>, string>
    },
    fromRequest: async ({ headers }) => plainSession(configured().context, headers),
    handler: sessionHandler,
    clearExpiredHandler: (options) => clearExpiredHandler(administration.clearExpired, options),
    ...administration,
  }
}

function configure(options: ServerOptions): ConfiguredSessions {
  const resolved = { ...resolveOptions(options, process.env.NODE_ENV === 'production'), ...resolveServerOptions(options) }
  const cryptography = nodeCryptography(resolved.secrets)
  const carrier = carrierOf(options.store, { ...resolved, cryptography })
  const emit = (event: SessionEvent) => void callOnEvent(options.onEvent, event)
  const context: SessionContext = {
    carrier,
    options: resolved,
    codec: createCodec(options.schema, options.serializer, resolved.maxBytes),
    cryptography,
    now: Date.now,
    emit,
    afterWrite: resolved.autoClear ? createSweeper(carrier.store, Date.now, emit) : () => {},
  }
  // Functions cannot be compared across the copies of a module that a bundler makes. Their presence can.
  const functions = [options.serializer, options.onEvent, options.clientIp].map((given) => given !== undefined)
  const optionsKey = JSON.stringify([resolved, options.store.name, Object.keys(options.schema ?? {}), functions])
  return { context, optionsKey }
}

/** Returns the carrier of a store: its own, or the one that names its rows by tokens. */
function carrierOf(
  store: ServerOptions['store'],
  options: CarrierOptions & { readonly timeoutMs: number; readonly cryptography: SessionContext['cryptography'] },
): SessionCarrier {
  if (store && 'carrier' in store) return store.carrier(options)
  if (store && 'find' in store) return tokenCarrier(withDeadline(store, options.timeoutMs), options, options.cryptography)
  throw new SessionError('CONFIG_INVALID', 'store is missing; pass one, such as drizzleStore(db).')
}

async function callOnEvent(onEvent: ServerOptions['onEvent'], event: SessionEvent): Promise<void> {
  try {
    await onEvent?.(event)
  } catch (error) {
    console.error(`coatcheck: onEvent threw on '${event.type}'`, error instanceof Error ? error.name : typeof error)
  }
}
