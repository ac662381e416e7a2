import { inspect } from 'node:util'
import { createSessions } from 'coatcheck'
import { memoryStore } from 'coatcheck/testing'
import { describe, expect, it } from 'vitest'
import { FakeBrowser } from '../../test/browser'
import { codeOf, describeSessions, secret } from '../../test/describe-sessions'

describeSessions('the session of a visitor', ({ make, onServer }) => {
  it('a visitor without a session gets an empty one, and calls that store nothing create neither a row nor a cookie', async () => {
    const { getSession, count } = make()
    const before = await onServer(count(), 0)
    const { value, setCookies } = await new FakeBrowser().request(async () => {
      const session = await getSession()
      await session.delete('a')
      await session.clear()
      await session.cycleKey()
      await session.set({})
      await session.logout()
      await session.flush()
      return [session.id, session.isNew, session.isEmpty, session.userId, session.expiryDate, session.expiryAge]
    })
    expect(value).toEqual([null, true, true, null, null, 1_209_600])
    expect(setCookies).toEqual([])
    expect(await onServer(count(), 0)).toBe(before)
  })

  it('data that one request sets is read by the next request of the browser', async () => {
    const { getSession } = make()
    const browser = new FakeBrowser()
    const id = await browser.visit(async () => {
      const session = await getSession()
      await session.set('name', 'John Doe')
      return session.id
    })
    const again = await browser.visit(async () => {
      const session = await getSession()
      return [session.get('name'), session.id, session.isNew, session.has('name'), session.keys(), session.entries(), session.data]
    })
    expect(again).toEqual(['John Doe', id, false, true, ['name'], [['name', 'John Doe']], { name: 'John Doe' }])
  })

  it('every getSession call of a request returns the same session object', async () => {
    const { getSession } = make()
    const [a, b] = await new FakeBrowser().visit(() => Promise.all([getSession(), getSession()]))
    expect(a).toBe(b)
  })

  it.each(['', 'x', 'v1.a.b.c.d.e', '\u0000', '"', 'A'.repeat(5000)])(
    'a visitor with the malformed cookie %j is anonymous',
    async (cookie) => {
      const { getSession } = make()
      const browser = new FakeBrowser({ session: cookie })
      const { value, setCookies } = await browser.request(async () => (await getSession()).id)
      expect([value, setCookies]).toEqual([null, []])
    },
  )

  it('a visitor whose token has one wrong character is anonymous', async () => {
    const { getSession } = make()
    const browser = new FakeBrowser()
    await browser.visit(async () => (await getSession()).set('a', 1))
    for (let i = 0; i < browser.token.length; i++) {
      const changed = browser.token[i] === 'A' ? 'B' : 'A'
      const forged = new FakeBrowser({ session: browser.token.slice(0, i) + changed + browser.token.slice(i + 1) })
      expect(await forged.visit(async () => (await getSession()).id)).toBeNull()
    }
  })

  it('a token is rejected under another cookie name or another secret', async () => {
    const browser = new FakeBrowser()
    await browser.visit(async () => (await make().getSession()).set('a', 1))
    const otherName = make({ cookie: { name: 'other' } })
    expect(await new FakeBrowser({ other: browser.token }).visit(async () => (await otherName.getSession()).id)).toBeNull()
    const otherSecret = make({ secret: 'another secret for tests, 32 chars.' })
    expect(await browser.visit(async () => (await otherSecret.getSession()).id)).toBeNull()
  })

  it('a session survives a new secret as long as the old secret is in the list', async () => {
    const browser = new FakeBrowser()
    await browser.visit(async () => (await make().getSession()).set('a', 1))
    const rotated = make({ secret: ['the new secret for tests, 32 chars', secret] })
    expect(await browser.visit(async () => (await rotated.getSession()).get('a'))).toBe(1)
  })

  it('fromRequest returns the session of a plain Request, which is read-only', async () => {
    const { getSession, fromRequest } = make()
    const browser = new FakeBrowser()
    await browser.visit(async () => (await getSession()).set('a', 1))
    const session = await fromRequest(
      new Request('http://localhost/', { headers: { cookie: `session=junk; session=${browser.token}` } }),
    )
    expect(session.get('a')).toBe(1)
    expect(await codeOf(session.set('a', 2))).toBe('READ_ONLY')
    await expect(session.set('a', 2)).rejects.toThrow(/session\.set\(\) was called on a session from fromRequest\(\)/)
  })
})

describe('the lifetime of a token', () => {
  it('a token is rejected 400 days after it was issued, however active its session is', async () => {
    let now = Date.now()
    const day = 86_400_000
    const { getSession } = createSessions<{ a: number }>({ secret, store: memoryStore({ now: () => now }), rolling: true })
    const browser = new FakeBrowser()
    await browser.visit(async () => (await getSession()).set('a', 1))
    for (let days = 10; days < 400; days += 10) {
      now += 10 * day
      expect(await browser.visit(async () => (await getSession()).get('a'))).toBe(1)
    }
    now += 10 * day
    expect(await browser.visit(async () => (await getSession()).id)).toBeNull()
  })
})

describe('a printed or serialized session', () => {
  it('a printed or serialized session shows the id, the user and the data but neither the token nor the signing key', async () => {
    const { getSession } = createSessions<{ a: number }>({ secret, store: memoryStore() })
    const browser = new FakeBrowser()
    const [json, printed, reachable] = await browser.visit(async () => {
      const session = await getSession()
      await session.login('u')
      await session.set('a', 1)
      return [JSON.parse(JSON.stringify(session)), inspect(session, { depth: 9, showHidden: true }), Reflect.ownKeys(session)]
    })
    expect(json).toEqual({ id: expect.any(String), userId: 'u', data: { a: 1 } })
    expect(reachable).toEqual([])
    for (const hidden of [secret, browser.token, browser.token.split('.')[2] ?? ''])
      expect(printed + JSON.stringify(json)).not.toContain(hidden)
  })
})
