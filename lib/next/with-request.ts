import { AsyncLocalStorage } from 'node:async_hooks'
import { fakePlatformKey, type Platform, type PlatformCookie, type PlatformCookies } from './platform.ts'

/** The fake request of `withRequest`. */
export interface FakeRequest {
  /** The browser's cookies, by name. They are also in the header `Cookie`, unless `headers` has one. @default none */
  cookies?: Readonly<Record<string, string>>
  headers?: Readonly<Record<string, string>>
  /**
   * The context in which `fn` runs: in a route handler, in a server action, or in a page's render, where cookies are read-only.
   * @default 'handler'
   */
  context?: 'handler' | 'action' | 'render'
}

/** The result of a fake request. */
export interface FakeResponse<T> {
  /** The value that `fn` returned. */
  readonly value: T
  /** The browser's cookies afterwards. Pass them to the next `withRequest`. */
  readonly cookies: Readonly<Record<string, string>>
  /** The cookies that were set, in order; for each name only the last one. A cookie with `maxAge: 0` was deleted. */
  readonly setCookies: readonly PlatformCookie[]
  /** True if `refresh()` was called. */
  readonly refreshed: boolean
}

const running = new AsyncLocalStorage<Platform>()
Object.assign(globalThis, { [fakePlatformKey]: () => running.getStore() })

/**
 * Runs code that calls `getSession()` in a fake request, without Next, for unit tests. `after()` callbacks run when
 * `fn` has returned or thrown, and are awaited. Rejects with any error that `fn` or a callback throws. A redirect is an
 * error whose `digest` starts with NEXT_REDIRECT; catch it inside `fn` to see the cookies that accompany it.
 * @example const { cookies } = await withRequest({}, async () => (await getSession()).set('name', 'Ann'))
 */
export async function withRequest<T>(request: FakeRequest, fn: () => T | Promise<T>): Promise<FakeResponse<T>> {
  const { cookies: before = {}, context = 'handler' } = request
  const cookies = new BrowserCookies(before, context === 'render')
  const own = { action: { 'next-action': 'test' }, render: { accept: 'text/html' }, handler: {} }[context]
  const headers = new Headers({ host: 'localhost', ...own, ...cookieHeader(before), ...request.headers })
  const tasks: (() => Promise<void>)[] = []
  let refreshed = false
  const fake: Platform = {
    headers: async () => headers,
    cookies: async () => cookies,
    after: (task) => {
      tasks.push(task)
    },
    io: async () => {},
    refresh: () => {
      refreshed = true
    },
    redirect,
  }
  return running.run(fake, async () => {
    const value = await (async () => fn())().finally(async () => {
      cookies.readOnly = true
      for (let task = tasks.shift(); task; task = tasks.shift()) await task()
    })
    return { value, cookies: Object.fromEntries(cookies.all()), setCookies: cookies.sent(), refreshed }
  })
}

/** The cookies of the fake browser: those of the request, changed by those that were set since. */
class BrowserCookies implements PlatformCookies {
  readonly #before: Readonly<Record<string, string>>
  readonly #sent = new Map<string, PlatformCookie>()
  /** True where Next forbids setting cookies: in a render, and after the response. */
  readOnly: boolean

  constructor(before: Readonly<Record<string, string>>, readOnly: boolean) {
    this.#before = before
    this.readOnly = readOnly
  }

  get(name: string): { readonly value: string } | undefined {
    const value = this.all().get(name)
    return value === undefined ? undefined : { value }
  }

  set(cookie: PlatformCookie): void {
    if (this.readOnly) throw new Error('Cookies can only be modified in a Server Action or Route Handler.')
    this.#sent.set(cookie.name, cookie)
  }

  /** Returns the values by name, without the deleted cookies. */
  all(): Map<string, string> {
    const all = new Map(Object.entries(this.#before))
    for (const { name, value, maxAge } of this.#sent.values()) maxAge === 0 ? all.delete(name) : all.set(name, value)
    return all
  }

  /** Returns the cookies that were set, in order. */
  sent(): PlatformCookie[] {
    return [...this.#sent.values()]
  }
}

/** Uses the digest of Next's redirect, so that tests recognise it. */
async function redirect(path: string): Promise<never> {
  throw Object.assign(new Error(`Redirected to ${path}`), { digest: `NEXT_REDIRECT;replace;${path};307;` })
}

/** Returns the header that a browser sends with these cookies. Characters that a header cannot contain are encoded. */
function cookieHeader(cookies: Readonly<Record<string, string>>): Record<string, string> {
  const encoded = (value: string) => value.replace(/[^\x21-\x3a\x3c-\x7e]/gu, (char) => encodeURIComponent(char.toWellFormed()))
  const pairs = Object.entries(cookies).map(([name, value]) => `${name}=${encoded(value)}`)
  return pairs.length > 0 ? { cookie: pairs.join('; ') } : {}
}
