import type { Adopt } from './adoption.ts'
import type { CookieStore } from './cookie/carrier.ts'
import { type CookieOptions, type ResolvedCookie, resolveCookie } from './cookie/cookie-options.ts'
import type { JsonObject } from './data/json.ts'
import type { AnySchemas, Serializer } from './data/schema.ts'
import { type DeviceBindingOptions, type ResolvedDeviceBinding, resolveDeviceBinding } from './device-options.ts'
import { SessionError } from './errors.ts'
import type { SessionEvent } from './events.ts'
import { checkOrigins } from './origins.ts'
import { checkSecrets } from './secrets.ts'
import { checkSignIn, type SignIn } from './sign-in.ts'
import { type Duration, durationOption, type ExpiryPolicies } from './store/expiry.ts'
import type { SessionStore } from './store/store.ts'
import type { ColumnsOption, UserOptions } from './user-options.ts'

/** The options that the server (`createSessions`) and the edge (`createGuard`) share: plain data. */
export interface SessionOptions {
  /**
   * Secrets of at least 32 characters: the first signs, all verify (Django's SECRET_KEY and SECRET_KEY_FALLBACKS). To
   * rotate without logging anyone out, deploy `[old, new]` first, then `[new, old]`. Needed at the first request, not
   * at build time. A secret must have at least 10 different characters.
   */
  secret: string | readonly string[] | undefined
  /**
   * The idle lifetime, counted from the last activity. A cookie lives at most 400 days. A session lives longer only if it is
   * written in the second half of those 400 days, because that write sends a new cookie.
   * @default '14d' (Django's SESSION_COOKIE_AGE)
   */
  maxAge?: Duration
  /**
   * The idle lifetime of a session without a user. A login starts `maxAge`. A short lifetime limits the number of rows
   * that anonymous visitors can create. @default `maxAge`
   */
  anonymousMaxAge?: Duration | undefined
  /**
   * The longest lifetime since login, or since creation for an anonymous session, regardless of activity. @default none
   */
  absoluteMaxAge?: Duration | undefined
  /** True if reading counts as activity. @default false (Django's SESSION_SAVE_EVERY_REQUEST) */
  rolling?: boolean
  /** Expiry and last-seen advance in steps of this length, or of a tenth of the lifetime if that is shorter. @default '5m' */
  touchInterval?: Duration
  /**
   * True if the cookie expires when the browser closes. The row still expires after `maxAge`.
   * @default false (Django's SESSION_EXPIRE_AT_BROWSER_CLOSE)
   */
  expireAtBrowserClose?: boolean
  /**
   * The path of the login page, to which anonymous visitors are redirected, or a function that returns it for the path
   * that they asked for: `(path) => (path.startsWith('/de/') ? '/de/login' : '/login')`. @default '/login' (Django's
   * LOGIN_URL)
   */
  signIn?: SignIn
  /**
   * Other origins whose pages may send unsafe requests to `sessions.handler`, such as 'https://www.shop.example':
   * scheme, host and port. @default none (Django's CSRF_TRUSTED_ORIGINS)
   */
  trustedOrigins?: readonly string[] | undefined
  /**
   * The name of this app, for several apps that share a secret and a cookie name. With `cookieStore()`, another app rejects the
   * cookies of this one. @default none
   */
  app?: string | undefined
  /**
   * Binds sessions to the device where they were created, in browsers that support it: a stolen cookie is useless after
   * `lifetime`. Needs the route of `sessions.deviceHandler()`, the guard, and https. docs/device-bound.md has the
   * details.
   * @default false
   * @see W3C Device Bound Session Credentials
   */
  deviceBinding?: boolean | DeviceBindingOptions | undefined
  /** The name and attributes of the cookie (Django's SESSION_COOKIE_*). */
  cookie?: CookieOptions
}

/** The options of `createSessions`, in addition to the shared `SessionOptions`. */
export interface ServerOptions<Data extends object = JsonObject, User = null> extends SessionOptions {
  /** The store of the sessions (Django's SESSION_ENGINE): one on the server, or `cookieStore()`. */
  store: SessionStore | CookieStore
  /**
   * Loads the user for `getUser` and `requireUser` (Django's request.user), and defines the credentials whose change
   * invalidates a session (Django's session auth hash). @default none
   */
  user?: UserOptions<User> | undefined
  /**
   * Returns the values of the app's own columns for a session, at each write (Django: a model derived from AbstractBaseSession). A
   * write sends only the values that it changes, and those of columns that are still null. The store must have the columns.
   * @default none
   */
  columns?: ColumnsOption<Data> | undefined
  /**
   * One Standard Schema for each key. It types the data, validates writes, and provides the defaults of `get`. @default
   * none
   */
  schema?: AnySchemas | undefined
  /** Converts each top-level value to JSON and back. @default values are JSON already */
  serializer?: Serializer | undefined
  /** The largest size of a session in bytes of JSON. @default 65536 */
  maxBytes?: number
  /** True to record the user agent, and the IP address if `trustedProxies` or `clientIp` determine it. @default true */
  recordClient?: boolean
  /** The number of your own proxies that append to X-Forwarded-For. With 0, no address is recorded. @default 0 */
  trustedProxies?: number
  /**
   * Returns the client's address or null; overrides `trustedProxies`. A value that is not an address is not recorded.
   */
  clientIp?: ((headers: Headers) => string | null | undefined) | undefined
  /**
   * The largest number of active sessions of one user. A login, or the adoption of a session of another library, deletes
   * the least recently used sessions above this number, in a second statement.
   * @default none
   */
  maxPerUser?: number | undefined
  /** Occasionally deletes a batch of expired sessions after a write. @default true */
  autoClear?: boolean
  /** The longest duration of one store operation. @default 5 (seconds) */
  timeout?: Duration
  /**
   * Finds the session of another library, so that users stay logged in when an app moves to this library. Called if a request has
   * no authentic cookie of Coatcheck. Pages show the session at once. The first action or route handler stores it. docs/moving.md
   * has examples.
   * @default none
   */
  adopt?: Adopt | undefined
  /** Called after each commit and not awaited. An error that it throws is logged. */
  onEvent?: ((event: SessionEvent) => void | Promise<void>) | undefined
}

/** Checked `SessionOptions` with all defaults. */
export interface ResolvedOptions extends ExpiryPolicies {
  readonly secrets: readonly string[]
  readonly rolling: boolean
  readonly expireAtBrowserClose: boolean
  readonly signIn: SignIn
  readonly trustedOrigins: readonly string[]
  readonly app: string | undefined
  /** null: sessions are not bound to devices. */
  readonly deviceBinding: ResolvedDeviceBinding | null
  readonly cookie: ResolvedCookie
}

/**
 * Checks the shared options and adds the defaults. Called at the first request.
 * @throws {SessionError} CONFIG_INVALID naming the option and the remedy.
 */
export function resolveOptions(options: SessionOptions, production: boolean): ResolvedOptions {
  const { rolling = false, expireAtBrowserClose = false, signIn = '/login', app, trustedOrigins = [] } = options
  if (typeof signIn === 'string') checkSignIn(signIn)
  if (app === '') throw config('app is ""; use a name, or leave it out')
  return {
    secrets: checkSecrets(options.secret),
    ...resolvePolicies(options),
    rolling,
    expireAtBrowserClose,
    signIn,
    trustedOrigins: checkOrigins(trustedOrigins),
    app,
    deviceBinding: resolveDeviceBinding(options.deviceBinding),
    cookie: resolveCookie(options.cookie ?? {}, production),
  }
}

function resolvePolicies(options: SessionOptions): ExpiryPolicies {
  const { maxAge = '14d', anonymousMaxAge, absoluteMaxAge, touchInterval = '5m' } = options
  const policy = {
    maxAgeSeconds: durationOption('maxAge', maxAge),
    absoluteSeconds: absoluteMaxAge === undefined ? null : durationOption('absoluteMaxAge', absoluteMaxAge),
    touchSeconds: durationOption('touchInterval', touchInterval),
  }
  if (anonymousMaxAge === undefined) return { policy, anonymousPolicy: policy }
  return { policy, anonymousPolicy: { ...policy, maxAgeSeconds: durationOption('anonymousMaxAge', anonymousMaxAge) } }
}

/** Checked options of the server with all defaults. */
export interface ResolvedServerOptions {
  readonly maxBytes: number
  readonly recordClient: boolean
  readonly trustedProxies: number
  readonly clientIp: ((headers: Headers) => string | null | undefined) | undefined
  readonly maxPerUser: number | null
  readonly autoClear: boolean
  readonly timeoutMs: number
}

/** 100 MiB. PostgreSQL stores at most 255 MiB in one jsonb value. */
const maxMaxBytes = 104_857_600

/** @throws {SessionError} CONFIG_INVALID naming the option and the remedy. */
export function resolveServerOptions(options: ServerOptions<Record<string, unknown>, unknown>): ResolvedServerOptions {
  const { maxBytes = 65_536, recordClient = true, trustedProxies = 0, clientIp, autoClear = true, timeout = 5 } = options
  const { maxPerUser } = options
  if (!Number.isSafeInteger(maxBytes) || maxBytes < 1 || maxBytes > maxMaxBytes) {
    throw config(`maxBytes is ${maxBytes}; use a whole number of bytes, at most ${maxMaxBytes}`)
  }
  if (!Number.isSafeInteger(trustedProxies) || trustedProxies < 0) {
    throw config(`trustedProxies is ${trustedProxies}; use the number of proxies that append to X-Forwarded-For`)
  }
  if (maxPerUser !== undefined && (!Number.isSafeInteger(maxPerUser) || maxPerUser < 1)) {
    throw config(`maxPerUser is ${maxPerUser}; use a whole number of sessions, at least 1`)
  }
  const timeoutMs = durationOption('timeout', timeout) * 1000
  if (timeoutMs > 86_400_000) throw config(`timeout is ${timeout}; use at most one day`)
  return { maxBytes, recordClient, trustedProxies, clientIp, maxPerUser: maxPerUser ?? null, autoClear, timeoutMs }
}

function config(problem: string): SessionError {
  return new SessionError('CONFIG_INVALID', `${problem}.`)
}
