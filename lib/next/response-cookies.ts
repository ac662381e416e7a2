import type { ResolvedCookie } from '../core/cookie/cookie-options.ts'
import { deviceCookieName } from '../core/cookie/device.ts'
import type { ResponseCookies } from '../core/session/request-context.ts'
import { isNextSignal, type Platform, type PlatformCookies } from './platform.ts'

/** Returns the response's cookies as the calling code may use them. Call it before the first `await` of a writer. */
export async function responseCookies(platform: Platform, headers: Headers, cookie: ResolvedCookie): Promise<ResponseCookies> {
  const cookies = await cookiesOrNull(platform)
  if (!cookies) return readOnlyCookies("in a page's after(), in a cached function, or after its request")
  const { name, domain, path, sameSite, secure, httpOnly, partitioned } = cookie
  const attributes = { name, path, sameSite, secure, httpOnly, ...(domain && { domain }), ...(partitioned && { partitioned }) }
  return {
    readOnlyContext: isWritable(cookies) ? null : 'while a page renders, or in after()',
    inAction: headers.has('next-action'),
    send: (value, maxAge) => {
      if (secure) warnOfPlainHttp(headers, name)
      if (domain) warnOfDomain(headers, domain)
      cookies.set({ ...attributes, value, ...(maxAge !== undefined && { maxAge }) })
    },
    clear: () => {
      cookies.set({ ...attributes, value: '', maxAge: 0 })
      const device = deviceCookieName(cookie)
      if (headers.get('cookie')?.includes(`${device}=`)) cookies.set({ ...attributes, name: device, value: '', maxAge: 0 })
    },
    remove: (name) => cookies.set({ ...attributes, name, value: '', maxAge: 0 }),
    refreshPages: () => cookies.set({ ...attributes, name: `${name}-refresh`, value: '', maxAge: 0 }),
    refreshPage: platform.refresh,
  }
}

/** Returns response cookies that reject every write. `context` names where the code runs, as a part of a sentence. */
export function readOnlyCookies(context: string): ResponseCookies {
  const ignore = () => {}
  return {
    readOnlyContext: context,
    inAction: false,
    send: ignore,
    clear: ignore,
    remove: ignore,
    refreshPages: ignore,
    refreshPage: null,
  }
}

/** Returns null where Next provides no cookies. */
async function cookiesOrNull({ cookies }: Platform): Promise<PlatformCookies | null> {
  try {
    return await cookies()
  } catch (error) {
    if (isNextSignal(error)) throw error
    return null
  }
}

// Created once, because capturing a stack trace costs more than everything else that a writer does before its
// statement.
const nameRead = new Error('name was read')
const probe = {
  get name(): string {
    throw nameRead
  },
}

/**
 * Returns true if cookies can be set, without setting one, which would make Next render the page again. Writable
 * cookies read the name of the cookie; read-only ones throw before that.
 */
function isWritable(cookies: PlatformCookies): boolean {
  try {
    cookies.set(probe as Parameters<PlatformCookies['set']>[0])
    return false
  } catch (error) {
    return error === nameRead
  }
}

let warned = false

/** Logs one warning if the browser will drop the cookie: a Secure cookie over plain http, except on localhost. */
function warnOfPlainHttp(headers: Headers, name: string): void {
  const host = headers.get('host') ?? ''
  const local = /^(localhost|[\w-]+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(host)
  if (warned || local || headers.get('x-forwarded-proto') !== 'http') return
  warned = true
  console.warn(
    `coatcheck: the cookie ${name} is Secure, but this request came over plain http. ` +
      'Browsers drop the cookie, so no session is kept. ' +
      'Serve https (a proxy must send X-Forwarded-Proto: https), or set cookie.secure to false if you want plain http.',
  )
}

let warnedOfDomain = false

/**
 * Logs one warning if the browser will drop the cookie: its domain must be the host or a parent (RFC 6265, section
 * 5.3). The fake requests of `withRequest` have the host localhost without a port, and no browser.
 */
function warnOfDomain(headers: Headers, domain: string): void {
  const given = headers.get('host') ?? 'localhost'
  const host = hostname(given)
  if (warnedOfDomain || given === 'localhost' || `.${host}`.endsWith(`.${hostname(domain).replace(/^\./, '')}`)) return
  warnedOfDomain = true
  console.warn(
    `coatcheck: cookie.domain is "${domain}", but this request is for the host "${host}". ` +
      'Browsers drop the cookie, so no session is kept. Use that host or a parent of it, or leave cookie.domain out.',
  )
}

function hostname(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, '')
}
