import { SessionError } from '../errors.ts'

/** Attributes of the session cookie (RFC 6265bis; Django's SESSION_COOKIE_*). */
export interface CookieOptions {
  /**
   * The name without a prefix. With `secure`, `__Host-` is added if domain and path allow it, otherwise `__Secure-`. Browsers then
   * refuse a cookie of that name that was set over plain http. @default 'session'
   */
  name?: string
  /** The domain whose hosts share the cookie: this host, or a parent of it. @default none: this host only */
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
 * Checks the attributes of the cookie and adds the defaults and the prefix of the name.
 * @throws {SessionError} CONFIG_INVALID naming the option and the remedy.
 */
export function resolveCookie(cookie: CookieOptions, production: boolean): ResolvedCookie {
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
  return { name: prefixed(name, secure, !domain && path === '/'), domain, path, sameSite, secure, httpOnly, partitioned }
}

/** @see RFC 6265bis, section 4.1.3 */
function prefixed(name: string, secure: boolean, hostOnly: boolean): string {
  if (!secure || name.startsWith('__')) return name
  return hostOnly ? `__Host-${name}` : `__Secure-${name}`
}

function config(problem: string): SessionError {
  return new SessionError('CONFIG_INVALID', `${problem}.`)
}
