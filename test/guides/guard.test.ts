import { createSessions } from 'coatcheck'
import { memoryStore } from 'coatcheck/testing'
import { type NextFetchEvent, NextRequest } from 'next/server.js'
import { describe, expect, it, vi } from 'vitest'
import { proxy } from '../../docs/examples/proxy'
import { headerOf } from '../adopt/old-app'
import { FakeBrowser } from '../browser'

const secret = vi.hoisted(() => {
  process.env.SESSION_SECRET = 'a secret for tests, 32 characters'
  return process.env.SESSION_SECRET
})

const request = (path: string, cookie = '') =>
  proxy(new NextRequest(`http://localhost${path}`, { headers: { cookie } }), {} as NextFetchEvent)
const targetOf = async (path: string) => {
  const url = new URL((await request(path)).headers.get('location') ?? expect.unreachable())
  return [url.pathname, url.searchParams.get('next')]
}

describe('docs/guard.md', () => {
  it('a visitor who is not logged in goes to the login page of the language, and next is the path of the browser', async () => {
    expect(await targetOf('/de/account?tab=1')).toEqual(['/de/login', '/de/account?tab=1'])
    expect(await targetOf('/account')).toEqual(['/login', '/account'])
  })

  it('a path without a language is rewritten and keeps the policy and the path for requireUser', async () => {
    const browser = new FakeBrowser()
    const { getSession } = createSessions({ secret, store: memoryStore() })
    await browser.visit(async () => (await getSession()).login('7'))
    const { headers, status } = await request('/account?tab=1', headerOf(browser.cookies))
    expect([status, headers.get('x-middleware-rewrite')]).toEqual([200, 'http://localhost/en/account?tab=1'])
    const policy = headers.get('content-security-policy')
    expect(policy).toContain("'nonce-")
    expect(headers.get('x-middleware-request-content-security-policy')).toBe(policy)
    expect([...headers.values()]).toContain('/account?tab=1')
    expect(headers.get('cache-control')).toBe('private, no-store')
  })

  it('a public path passes, with and without a language', async () => {
    expect((await request('/')).headers.get('x-middleware-rewrite')).toBe('http://localhost/en/')
    expect((await request('/de')).headers.get('x-middleware-next')).toBe('1')
    expect((await request('/login')).headers.get('x-middleware-rewrite')).toBe('http://localhost/en/login')
  })
})
