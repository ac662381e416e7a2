import { NextRequest } from 'next/server.js'
import type { CookieOpener } from '../core/cookie/carrier.ts'
import { withDeadline } from '../core/store/deadline.ts'
import type { Json } from '../core/data/json.ts'
import {
  type ResolvedOptions,
  resolveOptions,
  resolveServerOptions,
  type ServerOptions,
  type SessionEvent,
} from '../core/options.ts'
import { type AnySchemas, createCodec, type DataOf, type DefaultedOf, type InputOf } from '../core/data/schema.ts'
import type { Session } from '../core/session/session.ts'
import { createAdministration, type SessionAdministration } from '../core/administration/administration.ts'
import { createSweeper } from '../core/administration/sweeper.ts'
import type { SessionContext } from '../core/session/request-context.ts'
import { type ClearExpiredHandlerOptions, clearExpiredHandler } from './cron.ts'
import { type HandlerFunction, sessionHandler } from './handler.ts'
import { nodeCryptography } from '../web/node-crypto.ts'
import { markTurnedAway, type Prepared, plainSession, requestSession } from './request.ts'
import { currentSession, type RequireUserOptions, turnAway } from './require-user.ts'

/** A session that a user is logged in to. */
export type UserSession<Data extends object, Defaulted extends keyof Data = never, Input extends object = Data> = Session<
  Data,
  Defaulted,
  Input
> & {
  readonly id: string
  readonly userId: string
}

/** What `createSessions` makes. All members may be taken out of the object. */
export interface Sessions<Data extends object, Defaulted extends keyof Data = never, Input extends object = Data>
  extends SessionAdministration {
  /**
   * The visitor's session: never null, an empty, unsaved one for a new visitor. In server components, `generateMetadata`, route handlers
   * and server actions, and in the `after()` of the last two; everywhere in one request the same object, read from the store once.
   * Reading never writes and never sets a cookie. Rejects with STORE_FAILED if the store fails, and with Next's own error outside a request.
   */
  getSession(): Promise<Session<Data, Defaulted, Input>>
  /**
   * The session of a logged-in user; redirects others to `signIn` with `returnTo` as `next`. With `signIn: null`, for route handlers,
   * rejects with UNAUTHENTICATED instead.
   */
  requireUser(options?: RequireUserOptions): Promise<UserSession<Data, Defaulted, Input>>
  /** The session that a plain `Request` carries, to read only: its writers reject with READ_ONLY. */
  fromRequest(request: { readonly headers: Headers; readonly url: string }): Promise<Session<Data, Defaulted, Input>>
  /**
   * Wraps a route handler: `Cache-Control: private, no-store` and `Vary: Cookie`; cross-site requests with an unsafe method are refused;
   * whatever it throws is answered as `{ error: { code, message } }` with the error's status (a stranger's error as 500 without its text),
   * so that cookies set before go out, which Next drops when a handler throws. Redirects pass.
   */
  handler<Incoming extends Request = Request, Args extends readonly unknown[] = []>(
    fn: HandlerFunction<Incoming, Args>,
  ): HandlerFunction<Incoming, Args, Promise<Response>>
  /**
   * Makes a route handler, for GET or POST, that a cron job calls to delete expired sessions. Answers `{ deleted, done }`, or
   * `{ error: { code, message } }` with 401 unless the request has `Authorization: Bearer <secret>`, compared in constant time. `done` is
   * false if the time ran out first: the next call goes on. A secret that is missing or has fewer than 16 characters is CONFIG_INVALID, as
   * an answer with 500 to every request, not at import. Never cached.
   */
  clearExpiredHandler(options: ClearExpiredHandlerOptions): HandlerFunction<Request, [], Promise<Response>>
}

/**
 * Makes the sessions of an app, once, at module scope. Nothing is checked, opened or connected until the first request, so `next build`
 * passes without secret or database; then wrong options reject with CONFIG_INVALID. `Data` types the session's values; with `schema` it is inferred.
 */
export function createSessions<const Schemas extends AnySchemas>(
  options: ServerOptions & { schema: Schemas },
): Sessions<DataOf<Schemas>, DefaultedOf<Schemas>, InputOf<Schemas>>
export function createSessions<Data extends object = Record<string, Json>>(options: ServerOptions): Sessions<Data>
export function createSessions(options: ServerOptions): Sessions<Record<string, unknown>, string> {
  let ready: Prepared | undefined
  const prepared = () => {
    ready ??= prepare(options)
    return ready
  }
  const context = () => prepared().context
  const getSession = () => requestSession(prepared)
  const administration = createAdministration(context, () => currentSession(getSession))
  return {
    getSession,
    requireUser: async ({ signIn, returnTo }: RequireUserOptions = {}) => {
      const session = await getSession()
      if (session.userId === null) {
        await markTurnedAway()
        return turnAway(signIn === undefined ? context().options.signIn : signIn, returnTo)
      }
      return session as UserSession<Record<string, unknown>, string>
    },
    fromRequest: async ({ headers, url }) => {
      const { cookies } = new NextRequest(url, { headers })
      return plainSession(context(), headers, cookies.get(context().options.cookie.name)?.value)
    },
    handler: sessionHandler,
    clearExpiredHandler: (options) => clearExpiredHandler(administration.clearExpired, options),
    ...administration,
  }
}

function prepare(options: ServerOptions): Prepared {
  const shared = resolveOptions(options, process.env.NODE_ENV === 'production')
  const server = resolveServerOptions(options)
  const { store, openCookie } = storesOf(options, shared, server.timeoutMs)
  const emit = (event: SessionEvent) => void tell(options.onEvent, event)
  const sweep = createSweeper(store, Date.now, emit)
  const context: SessionContext = {
    store,
    openCookie,
    options: { ...shared, ...server },
    codec: createCodec(options.schema, options.serializer, server.maxBytes),
    cryptography: nodeCryptography(shared.secrets),
    now: Date.now,
    emit,
    afterWrite: server.autoClear && !openCookie ? sweep : () => {},
  }
  // Functions cannot be compared across the copies of a module that a bundler makes; that they are there can.
  const functions = [options.serializer, options.onEvent, options.clientIp].map((given) => given !== undefined)
  return { context, optionsKey: JSON.stringify([context.options, store.name, Object.keys(options.schema ?? {}), functions]) }
}

/** The store of all requests; and, where sessions are kept in cookies, what opens the store of one. */
function storesOf({ store }: ServerOptions, { cookie, secrets }: ResolvedOptions, timeoutMs: number) {
  const open = 'opener' in store ? store.opener(cookie, secrets) : null
  const openCookie: CookieOpener | null =
    open &&
    (async (value) => {
      const opened = await open(value)
      return { ...opened, store: withDeadline(opened.store, timeoutMs) }
    })
  return { store: withDeadline(store, timeoutMs), openCookie }
}

async function tell(onEvent: ServerOptions['onEvent'], event: SessionEvent): Promise<void> {
  try {
    await onEvent?.(event)
  } catch (error) {
    console.error(`coatcheck: onEvent threw on '${event.type}'`, error instanceof Error ? error.name : typeof error)
  }
}
