import type { CookieStore, Rejection } from './cookie/carrier.ts'
import type { AnySchemas, Serializer } from './data/schema.ts'
import { SessionError } from './errors.ts'
import { type Duration, durationOption, type ExpiryPolicy } from './store/expiry.ts'
import type { SessionStore } from './store/store.ts'

/** Attributes of the session cookie (RFC 6265bis; Django's SESSION_COOKIE_*). */
export interface CookieOptions {
  /** The name without a prefix. In production `__Host-` is added if domain and path allow it. @default 'session' */
  name?: string
  /** The domain whose hosts share the cookie. @default none: this host only */
  domain?: string | undefined
  /** @default '/' */
  path?: string
  /** 'none' needs `secure`. @default 'lax' */
  sameSite?: 'lax' | 'strict' | 'none'
  /** Sends the cookie over https only (and to localhost). @default true in production */
  secure?: boolean
  /** Hides the cookie from scripts. @default true */
  httpOnly?: boolean
  /** Keeps one cookie for each embedding site (CHIPS). Needs `secure`. @default false */
  partitioned?: boolean
}

/** The options that the server (`createSessions`) and the edge (`createGuard`) share: plain data. */
export interface SessionOptions {
  /**
   * Secrets of at least 32 characters: the first signs, all verify (Django's SECRET_KEY and SECRET_KEY_FALLBACKS). To rotate
   * without logging anyone out, deploy `[old, new]` first, then `[new, old]`. Needed at the first request, not at build time.
   */
  secret: string | readonly string[] | undefined
  /**
   * The idle lifetime, counted from the last activity. A cookie lives at most 400 days. A session is kept longer only if it
   * writes in the second half of that time, because that write sends a new cookie.
   * @default '14d' (Django's SESSION_COOKIE_AGE)
   */
  maxAge?: Duration
  /** The longest lifetime since login, or since creation for an anonymous session, regardless of activity. @default none */
  absoluteMaxAge?: Duration | undefined
  /** True if reading counts as activity. @default false (Django's SESSION_SAVE_EVERY_REQUEST) */
  rolling?: boolean
  /** Expiry and last-seen advance in steps of this length, or of a tenth of a shorter lifetime. @default '5m' */
  touchInterval?: Duration
  /**
   * True if the cookie expires when the browser closes. The row still expires after `maxAge`.
   * @default false (Django's SESSION_EXPIRE_AT_BROWSER_CLOSE)
   */
  expireAtBrowserClose?: boolean
  /** The path of the login page, to which anonymous visitors are redirected. @default '/login' (Django's LOGIN_URL) */
  signIn?: string
  /** The name and attributes of the cookie (Django's SESSION_COOKIE_*). */
  cookie?: CookieOptions
}

/**
 * An event in the life of a session. Contains ids, never a token or data. `flushed` is also emitted when another user logs in
 * and when the expiry is set to the past. `rejected` with 'unknown' means that this app signed the token, but the session was
 * deleted or has expired; with 'rotated', that another request has replaced the token, which is a sign of a stolen one.
 */
export type SessionEvent =
  | { readonly type: 'created' | 'login' | 'logout' | 'cycled' | 'flushed'; readonly id: string; readonly userId: string | null }
  | {
      readonly type: 'revoked'
      readonly sessions: readonly { readonly id: string; readonly userId: string | null }[]
      /** The operator, if the caller named one. For `revokeOthers` and `maxPerUser` it is the user's own id. */
      readonly by: string | null
    }
  | { readonly type: 'expired'; readonly count: number; readonly by: string | null }
  | { readonly type: 'rejected'; readonly reason: Rejection }

/** The options of `createSessions`, in addition to the shared `SessionOptions`. */
export interface ServerOptions extends SessionOptions {
  /** The store of the sessions (Django's SESSION_ENGINE): one on the server, or `cookieStore()`. */
  store: SessionStore | CookieStore
  /** One Standard Schema for each key. It types the data, validates writes, and provides the defaults of `get`. @default none */
  schema?: AnySchemas | undefined
  /** Converts each top-level value to JSON and back. @default values are JSON already */
  serializer?: Serializer | undefined
  /** The largest size of a session in bytes of JSON. @default 65536 */
  maxBytes?: number
  /** True to record the user agent, and the IP address if `trustedProxies` or `clientIp` determine it. @default true */
  recordClient?: boolean
  /** The number of your own proxies that append to X-Forwarded-For. With 0, no address is recorded. @default 0 */
  trustedProxies?: number
  /** Returns the client's address or null; overrides `trustedProxies`. A value that is not an address is not recorded. */
  clientIp?: ((headers: Headers) => string | null | undefined) | undefined
  /**
   * The largest number of active sessions of one user. A login deletes those that were used longest ago, in a second statement
   * after its own.
   * @default none
   */
  maxPerUser?: number | undefined
  /** Occasionally deletes a batch of expired sessions after a write. @default true */
  autoClear?: boolean
  /** The longest duration of one store operation. @default 5 (seconds) */
  timeout?: Duration
  /** Called after each commit and not awaited. What it throws is logged. */
  onEvent?: ((event: SessionEvent) => void | Promise<void>) | undefined
}

/** Checked `SessionOptions` with all defaults. */
export interface ResolvedOptions {
  readonly secrets: readonly string[]
  readonly policy: ExpiryPolicy
  readonly rolling: boolean
  readonly expireAtBrowserClose: boolean
  readonly signIn: string
  readonly cookie: ResolvedCookie
}

/** The cookie's full name and attributes. */
export interface ResolvedCookie {
  readonly name: string
  readonly domain: string | undefined
  readonly path: string
  readonly sameSite: 'lax' | 'strict' | 'none'
  readonly secure: boolean
  readonly httpOnly: boolean
  readonly partitioned: boolean
}

/**
 * Checks the shared options and adds the defaults. Called at the first request.
 * @throws {SessionError} CONFIG_INVALID naming the option and the remedy.
 */
export function resolveOptions(options: SessionOptions, production: boolean): ResolvedOptions {
  const { maxAge = '14d', absoluteMaxAge, touchInterval = '5m' } = options
  const { rolling = false, expireAtBrowserClose = false, signIn = '/login' } = options
  if (!/^\/(?!\/)/.test(signIn)) throw config(`signIn is ${JSON.stringify(signIn)}; use a path of this app, such as '/login'`)
  return {
    secrets: checkSecrets(options.secret),
    policy: {
      maxAgeSeconds: durationOption('maxAge', maxAge),
      absoluteSeconds: absoluteMaxAge === undefined ? null : durationOption('absoluteMaxAge', absoluteMaxAge),
      touchSeconds: durationOption('touchInterval', touchInterval),
    },
    rolling,
    expireAtBrowserClose,
    signIn,
    cookie: resolveCookie(options.cookie ?? {}, production),
  }
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
export function resolveServerOptions(options: ServerOptions): ResolvedServerOptions {
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
  if (timeoutMs > 86_400_000) throw config(`timeout is ${timeout}; use a day at most`)
  return { maxBytes, recordClient, trustedProxies, clientIp, maxPerUser: maxPerUser ?? null, autoClear, timeoutMs }
}

function checkSecrets(secret: SessionOptions['secret']): readonly string[] {
  const secrets = typeof secret === 'string' ? [secret] : (secret ?? [])
  const how = 'Make one with: npx coatcheck secret'
  if (secrets.length === 0) throw config(`secret is missing; set SESSION_SECRET. ${how}`)
  secrets.forEach((text, index) => {
    const length = typeof text === 'string' ? text.length : 0
    if (length < 32) throw config(`secret ${index + 1} has ${length} characters; use at least 32. ${how}`)
  })
  return secrets
}

function resolveCookie(cookie: CookieOptions, production: boolean): ResolvedCookie {
  const {
    name = 'session',
    domain,
    path = '/',
    sameSite = 'lax',
    secure = production,
    httpOnly = true,
    partitioned = false,
  } = cookie
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) throw config(`cookie.name is ${JSON.stringify(name)}; use letters, digits, - and _`)
  if (!path.startsWith('/')) throw config(`cookie.path is ${JSON.stringify(path)}; start it with /`)
  if (sameSite === 'none' && !secure)
    throw config("cookie.sameSite is 'none' without secure, which browsers refuse; set cookie.secure")
  if (partitioned && !secure) throw config('cookie.partitioned is set without secure, which browsers refuse; set cookie.secure')
  const [prefix] = /^__(secure|host)-/i.exec(name) ?? []
  if (prefix && !secure)
    throw config(`cookie.name is ${JSON.stringify(name)} without secure, which browsers refuse; set cookie.secure`)
  if (prefix?.toLowerCase() === '__host-' && (domain || path !== '/'))
    throw config(
      `cookie.name is ${JSON.stringify(name)} with a domain or path, which browsers refuse; leave them out, or rename it`,
    )
  const hostOnly = secure && !domain && path === '/' && !name.startsWith('__')
  return { name: hostOnly ? `__Host-${name}` : name, domain, path, sameSite, secure, httpOnly, partitioned }
}

function config(problem: string): SessionError {
  return new SessionError('CONFIG_INVALID', `${problem}.`)
}
