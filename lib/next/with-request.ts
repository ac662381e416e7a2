import { AsyncLocalStorage } from 'node:async_hooks'
import { fakePlatformKey, type Platform, type PlatformCookie } from './platform.ts'

/** The request that `withRequest` makes believe. */
export interface FakeRequest {
  /** The browser's cookies, by name. @default none */
  cookies?: Readonly<Record<string, string>>
  headers?: Readonly<Record<string, string>>
  /** Where `fn` runs: in a route handler, in a server action, or while a page renders, where cookies are read-only. @default 'handler' */
  context?: 'handler' | 'action' | 'render'
}

/** What became of it. */
export interface FakeResponse<T> {
  /** What `fn` answered. */
  readonly value: T
  /** The browser's cookies afterwards: hand them to the next `withRequest`. */
  readonly cookies: Readonly<Record<string, string>>
  /** The cookies that were set, in order, the last of a name only; one with `maxAge: 0` was deleted. */
  readonly setCookies: readonly PlatformCookie[]
  /** Whether `refresh()` was called. */
  readonly refreshed: boolean
}

const running = new AsyncLocalStorage<Platform>()
Object.assign(globalThis, { [fakePlatformKey]: () => running.getStore() })

/**
 * Runs code that calls `getSession()` inside a fake request, without Next: for unit tests. `after()` callbacks run, and are awaited, once
 * `fn` is done, or has thrown. Rejects with what `fn` or a callback throws; a redirect is an error whose `digest` begins with NEXT_REDIRECT:
 * catch it inside of `fn` to see the cookies that go with it.
 */
export async function withRequest<T>(request: FakeRequest, fn: () => T | Promise<T>): Promise<FakeResponse<T>> {
  const { cookies = {}, context: place = 'handler' } = request
  const headers = new Headers({ host: 'localhost', ...(place === 'action' && { 'next-action': 'test' }), ...request.headers })
  const sent = new Map<string, PlatformCookie>()
  const tasks: (() => Promise<void>)[] = []
  let refreshed = false
  let readOnly = place === 'render'
  const current = () => {
    const jar = new Map(Object.entries(cookies))
    for (const { name, value, maxAge } of sent.values()) maxAge === 0 ? jar.delete(name) : jar.set(name, value)
    return jar
  }
  const fake: Platform = {
    headers: async () => headers,
    cookies: async () => ({
      get: (name) => {
        const value = current().get(name)
        return value === undefined ? undefined : { value }
      },
      set: (cookie) => {
        if (readOnly) throw new Error('Cookies can only be modified in a Server Action or Route Handler.')
        sent.set(cookie.name, cookie)
      },
    }),
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
      readOnly = true
      for (let task = tasks.shift(); task; task = tasks.shift()) await task()
    })
    return { value, cookies: Object.fromEntries(current()), setCookies: [...sent.values()], refreshed }
  })
}

/** As Next's, by which tests know it. */
async function redirect(path: string): Promise<never> {
  throw Object.assign(new Error(`Redirected to ${path}`), { digest: `NEXT_REDIRECT;replace;${path};307;` })
}
