import type { CookieStore } from './cookie/carrier.ts'
import { SessionError } from './errors.ts'
import { type Duration, durationOption, type ExpiryPolicy } from './store/expiry.ts'
import type { AnySchemas, Serializer } from './data/schema.ts'
import type { SessionStore } from './store/store.ts'

/** Attributes of the session cookie (RFC 6265bis; Django's SESSION_COOKIE_*). */
export interface CookieOptions {
  /** Name without prefix; in production `__Host-` is put before it where domain and path allow. @default 'session' */
  name?: string
  /** Domain that shares the cookie. @default none: this host only */
  domain?: string | undefined
  /** @default '/' */
  path?: string
  /** 'none' needs `secure`. @default 'lax' */
  sameSite?: 'lax' | 'strict' | 'none'
  /** Sent over https only (and to localhost). @default true in production */
  secure?: boolean
  /** Out of reach for scripts. @default true */
  httpOnly?: boolean
  /** A jar for each embedding site (CHIPS); needs `secure`. @default false */
  partitioned?: boolean
}

/** Plain data, shared by the server (`createSessions`) and the edge (`createGuard`). */
export interface SessionOptions {
  /** Secrets of at least 32 characters: the first signs, all verify (Django's SECRET_KEY and SECRET_KEY_FALLBACKS). Needed at the first request, not at build. */
  secret: string | readonly string[] | undefined
  /** Idle lifetime, counted from the last activity. @default '14d' (Django's SESSION_COOKIE_AGE) */
  maxAge?: Duration
  /** Longest life since login (or creation, while anonymous), however active. @default none */
  absoluteMaxAge?: Duration | undefined
  /** Whether reading counts as activity. @default false (Django's SESSION_SAVE_EVERY_REQUEST) */
  rolling?: boolean
  /** Expiry and last-seen move in steps of this, or of a tenth of a shorter life. @default '5m' */
  touchInterval?: Duration
  /** The cookie goes when the browser closes; the row lives `maxAge`. @default false (Django's SESSION_EXPIRE_AT_BROWSER_CLOSE) */
  expireAtBrowserClose?: boolean
  /** Where strangers are sent: a path of this app. @default '/login' (Django's LOGIN_URL) */
  signIn?: string
  /** Name and attributes of the cookie (Django's SESSION_COOKIE_*). */
  cookie?: CookieOptions
}

/**
 * What happened to a session; ids only, never a token or data. `flushed` is also told when another user logs in, and of an expiry in the past;
 * `rejected` with 'unknown' of a token that this app signed, whose session has ended, expired or been rotated.
 */
export type SessionEvent =
  | { readonly type: 'created' | 'login' | 'logout' | 'cycled' | 'flushed'; readonly id: string; readonly userId: string | null }
  | {
      readonly type: 'revoked'
      readonly sessions: readonly { readonly id: string; readonly userId: string | null }[]
      /** Who did it, as far as the caller said; the user's own id after `revokeOthers`, and for what `maxPerUser` ends. */
      readonly by: string | null
    }
  | { readonly type: 'expired'; readonly count: number; readonly by: string | null }
  | { readonly type: 'rejected'; readonly reason: 'malformed' | 'forged' | 'unknown' }

/** What `createSessions` takes beside the shared `SessionOptions`. */
export interface ServerOptions extends SessionOptions {
  /** Where sessions are kept (Django's SESSION_ENGINE): a store on the server, or `cookieStore()`. */
  store: SessionStore | CookieStore
  /** One Standard Schema for each key: types the data, checks what is written, gives defaults to `get`. @default none */
  schema?: AnySchemas | undefined
  /** Maps each top-level value to JSON and back. @default values are JSON already */
  serializer?: Serializer | undefined
  /** Most bytes of JSON a session may hold. @default 65536 */
  maxBytes?: number
  /** Whether the user agent is kept, and the IP address as far as `trustedProxies` or `clientIp` tell it. @default true */
  recordClient?: boolean
  /** How many proxies of yours append to X-Forwarded-For; 0: no address is recorded. @default 0 */
  trustedProxies?: number
  /** Overrides `trustedProxies`: the client's address, or null. What is no address is not recorded. */
  clientIp?: ((headers: Headers) => string | null | undefined) | undefined
  /** Most live sessions of one user: a login ends those used longest ago, in a second statement after its own. @default none */
  maxPerUser?: number | undefined
  /** Deletes a batch of expired sessions after a write now and then. @default true */
  autoClear?: boolean
  /** Longest time for one store operation. @default 5 (seconds) */
  timeout?: Duration
  /** Told after each commit, unawaited; what it throws is logged. */
  onEvent?: ((event: SessionEvent) => void | Promise<void>) | undefined
}

/** `SessionOptions` with every default filled in and checked. */
export interface ResolvedOptions {
  readonly secrets: readonly string[]
  readonly policy: ExpiryPolicy
  readonly rolling: boolean
  readonly expireAtBrowserClose: boolean
  readonly signIn: string
  readonly cookie: ResolvedCookie
}

/** The cookie as it will be set: full name and attributes. */
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
 * All defaults and checks of the shared options, made at the first request.
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

/** The server's own options, resolved. */
export interface ResolvedServerOptions {
  readonly maxBytes: number
  readonly recordClient: boolean
  readonly trustedProxies: number
  readonly clientIp: ((headers: Headers) => string | null | undefined) | undefined
  readonly maxPerUser: number | null
  readonly autoClear: boolean
  readonly timeoutMs: number
}

/** 100 MiB: PostgreSQL holds at most 255 MiB in one jsonb. */
const maxMaxBytes = 104_857_600

/** @throws {SessionError} CONFIG_INVALID naming the option and the remedy. */
export function resolveServerOptions(options: ServerOptions): ResolvedServerOptions {
  const { maxBytes = 65_536, recordClient = true, trustedProxies = 0, clientIp, autoClear = true, timeout = 5 } = options
  const { maxPerUser } = options
  if (!options.store?.find) throw config('store is missing; pass one, such as drizzleStore(db)')
  if (!Number.isSafeInteger(maxBytes) || maxBytes < 1 || maxBytes > maxMaxBytes) {
    throw config(`maxBytes is ${maxBytes}; use a whole number of bytes, at most ${maxMaxBytes}`)
  }
  if (!Number.isSafeInteger(trustedProxies) || trustedProxies < 0) {
    throw config(`trustedProxies is ${trustedProxies}; use the number of proxies that append to X-Forwarded-For`)
  }
  checkMaxPerUser(maxPerUser, options.store)
  const timeoutMs = durationOption('timeout', timeout) * 1000
  if (timeoutMs > 86_400_000) throw config(`timeout is ${timeout}; use a day at most`)
  return { maxBytes, recordClient, trustedProxies, clientIp, maxPerUser: maxPerUser ?? null, autoClear, timeoutMs }
}

function checkMaxPerUser(maxPerUser: number | undefined, store: ServerOptions['store']): void {
  if (maxPerUser === undefined) return
  if (!Number.isSafeInteger(maxPerUser) || maxPerUser < 1) {
    throw config(`maxPerUser is ${maxPerUser}; use a whole number of sessions, at least 1`)
  }
  if ('opener' in store) {
    throw config('maxPerUser cannot be kept by cookieStore(), which knows no session but the visitor’s own; use drizzleStore(db)')
  }
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
  if (!path.startsWith('/')) throw config(`cookie.path is ${JSON.stringify(path)}; begin it with /`)
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
