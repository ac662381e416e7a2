import { createSessions, type SessionError } from 'coatcheck'
import { memoryStore } from 'coatcheck/store'
import { expect, it } from 'vitest'
import { FakeBrowser } from '../../test/browser'

const secret = 'a secret for tests, 32 characters'

it('a value that the serializer cannot read affects only its own key', async () => {
  const store = memoryStore()
  const browser = new FakeBrowser()
  await browser.visit(async () => (await createSessions({ secret, store }).getSession()).set({ good: 1, bad: -1 }))
  const deserialize = (json: unknown) => {
    if (json === -1) throw new RangeError('secret data')
    return json
  }
  const sessions = createSessions<{ good: number; bad: number }>({
    secret,
    store,
    serializer: { serialize: (value) => value, deserialize },
  })
  await browser.visit(async () => {
    const session = await sessions.getSession()
    const error = (() => {
      try {
        session.get('bad')
      } catch (thrown) {
        return thrown as SessionError
      }
    })()
    expect([error?.code, error?.message.includes('bad'), error?.message.includes('secret data')]).toEqual([
      'DATA_INVALID',
      true,
      false,
    ])
    await session.update((draft) => {
      draft.good = (draft.good ?? 0) + 1
    })
    expect([session.get('good'), session.has('bad'), session.keys().sort()]).toEqual([2, true, ['bad', 'good']])
    await session.set('bad', 3)
    expect(session.get('bad')).toBe(3)
  })
})

it('pop keeps a value that another request has made unreadable in the meantime', async () => {
  const store = memoryStore()
  const browser = new FakeBrowser()
  const plain = createSessions<{ n: number }>({ secret, store })
  await browser.visit(async () => (await plain.getSession()).set('n', 1))
  const deserialize = (json: unknown) => {
    if (json === -1) throw new RangeError()
    return json
  }
  const sessions = createSessions<{ n: number }>({ secret, store, serializer: { serialize: (value) => value, deserialize } })
  await browser.visit(async () => {
    const session = await sessions.getSession()
    await browser.copy().visit(async () => (await plain.getSession()).set('n', -1))
    await expect(session.pop('n')).rejects.toMatchObject({ code: 'DATA_INVALID' })
  })
  expect(await browser.visit(async () => (await plain.getSession()).get('n'))).toBe(-1)
})

it('memoryStore orders keys as jsonb does: by length, then by bytes, at every level', async () => {
  const { getSession } = createSessions({ secret, store: memoryStore() })
  const data = await new FakeBrowser().visit(async () => {
    const session = await getSession()
    await session.set({ ccc: 1, b: { zz: 1, y: 2 }, a: 3 })
    return JSON.stringify(session.data)
  })
  expect(data).toBe('{"a":3,"b":{"y":2,"zz":1},"ccc":1}')
})

it.each([
  [{ accept: 'text/html,application/xhtml+xml' }, 0],
  [{ accept: '*/*' }, 1],
])('without Sec-Fetch headers, a request with %j leaves %i flashes', async (headers, left) => {
  const { getSession } = createSessions({ secret, store: memoryStore() })
  const browser = new FakeBrowser()
  await browser.visit(async () => (await getSession()).flash('info', 'saved'))
  await browser.visit(async () => (await getSession()).flashes(), { context: 'render', headers })
  expect(await browser.visit(async () => (await getSession()).flashes().length)).toBe(left)
})

it('a token that is past half of its 400 days is signed again with the next write', async () => {
  let now = Date.now()
  const { getSession } = createSessions({ secret, store: memoryStore({ now: () => now }), maxAge: '900d' })
  const browser = new FakeBrowser()
  await browser.visit(async () => (await getSession()).login('7'))
  const first = browser.token
  now += 190 * 86_400_000
  await browser.visit(async () => (await getSession()).set('a', 1))
  expect(browser.token).toBe(first)
  now += 20 * 86_400_000
  await browser.visit(async () => (await getSession()).set('a', 2))
  expect(browser.token).not.toBe(first)
  now += 300 * 86_400_000
  expect(await browser.visit(async () => (await getSession()).userId)).toBe('7')
})
