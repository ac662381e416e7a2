import { createAdministration } from '../core/administration/administration.ts'
import { createSweeper } from '../core/administration/sweeper.ts'
import { createUpdates } from '../core/administration/updates.ts'
import type { CarrierOptions, SessionCarrier } from '../core/cookie/carrier.ts'
import { DeviceSigner } from '../core/cookie/device.ts'
import { deviceKeyInfo } from '../core/cookie/keys.ts'
import { tokenCarrier } from '../core/cookie/token-carrier.ts'
import type { Json } from '../core/data/json.ts'
import { type AnySchemas, createCodec, type DataOf, type DefaultedOf, type InputOf } from '../core/data/schema.ts'
import { SessionError } from '../core/errors.ts'
import type { SessionEvent } from '../core/events.ts'
import { optionsOf, withInternal } from '../core/internals.ts'
import { resolveOptions, resolveServerOptions, type ServerOptions } from '../core/options.ts'
import { headersOf } from '../core/request-headers.ts'
import { Columns } from '../core/session/columns.ts'
import type { SessionContext } from '../core/session/request-context.ts'
import { userOf } from '../core/session/session-user.ts'
import { withDeadline } from '../core/store/deadline.ts'
import { nodeCryptography, nodeMacs } from '../web/node-crypto.ts'
import { clearExpiredHandler } from './cron.ts'
import { type DeviceContext, respondToDevice } from './device.ts'
import { sessionHandler } from './handler.ts'
import { logoutHere } from './logout.ts'
import { type ConfiguredSessions, plainSession, refreshPages, requestSession } from './request.ts'
import { checkUser, currentSessionId } from './require-user.ts'
import type { Sessions, UserSession } from './sessions.ts'
import { statusHandler } from './status.ts'
import { sessionView } from './view.ts'

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
    logout: () => logoutHere(getSession, () => configured().context),
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
  // A bundler may load several copies of a module, whose functions are never equal. So only the presence of a function is compared.
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
