import type { ResolvedCookie } from '../core/options.ts'
import type { ResponseCookies } from '../core/session/request-context.ts'
import { isNextSignal, type Platform, type PlatformCookies } from './platform.ts'

/** The jar of the place from which it is asked for; call it before the first `await` of a writer. */
export async function responseCookies(platform: Platform, headers: Headers, cookie: ResolvedCookie): Promise<ResponseCookies> {
  const jar = await cookiesHere(platform)
  if (!jar) return readOnlyCookies("in a page's after(), in a cached function, or when its request was over")
  const { name, domain, path, sameSite, secure, httpOnly, partitioned } = cookie
  const attributes = { name, path, sameSite, secure, httpOnly, ...(domain && { domain }), ...(partitioned && { partitioned }) }
  return {
    readOnlyContext: isWritable(jar) ? null : 'while a page renders, or in after()',
    inAction: headers.has('next-action'),
    send: (value, maxAge) => {
      if (secure) warnOfPlainHttp(headers, name)
      jar.set({ ...attributes, value, ...(maxAge !== undefined && { maxAge }) })
    },
    clear: () => jar.set({ ...attributes, value: '', maxAge: 0 }),
    refreshPage: platform.refresh,
  }
}

/** The jar of a place where no cookie can be set; `place` says where that is, as a part of a sentence. */
export function readOnlyCookies(place: string): ResponseCookies {
  const nowhere = () => {}
  return { readOnlyContext: place, inAction: false, send: nowhere, clear: nowhere, refreshPage: null }
}

/** The cookies; null where Next refuses to give any. */
async function cookiesHere({ cookies }: Platform): Promise<PlatformCookies | null> {
  try {
    return await cookies()
  } catch (error) {
    if (isNextSignal(error)) throw error
    return null
  }
}

// Made once: an error takes down where it was made, which costs more than all else that a writer does before its statement.
const asked = new Error('asked')
const probe = {
  get name(): string {
    throw asked
  },
}

/**
 * Whether cookies can be set here, found out without setting one (which would make Next render the page again): a jar that can be written
 * to reads the cookie's name, one that cannot throws before it does.
 */
function isWritable(jar: PlatformCookies): boolean {
  try {
    jar.set(probe as Parameters<PlatformCookies['set']>[0])
    return false
  } catch (error) {
    return error === asked
  }
}

let warned = false

/** Browsers drop a Secure cookie that comes over plain http, but for localhost: say so once, instead of losing every session silently. */
function warnOfPlainHttp(headers: Headers, name: string): void {
  const host = headers.get('host') ?? ''
  const local = /^(localhost|[\w-]+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(host)
  if (warned || local || headers.get('x-forwarded-proto') !== 'http') return
  warned = true
  console.warn(
    `coatcheck: the cookie ${name} is Secure, but this request came over plain http, so browsers will drop it and every visitor stays new. ` +
      'Serve https (a proxy must send X-Forwarded-Proto: https), or set cookie.secure to false where plain http is meant.',
  )
}
