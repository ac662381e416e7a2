import { createSessions, type Json, type Sessions } from 'coatcheck'
import { memoryStore, type SessionStore } from 'coatcheck/store'
import { expect, it } from 'vitest'
import { FakeBrowser } from '../../test/browser'
import { codeOf, describeSessions, secret } from '../../test/describe-sessions'

/** Returns the id of a new session with the data `{ n: 1 }`. */
const savedId = (getSession: Sessions<Record<string, Json>>['getSession']) =>
  new FakeBrowser().visit(async () => {
    const session = await getSession()
    await session.set('n', 1)
    return String(session.id)
  })

describeSessions('updates outside a request', ({ storeName, rule, make, elapse }) => {
  const increment = (draft: Partial<Record<string, Json>>): undefined => {
    draft.n = Number(draft.n ?? 0) + 1
  }

  rule('updates-by-id')('update changes the data of a session by its id, and the visitor sees it at the next request', async () => {
    const { getSession, update, get } = make()
    const browser = new FakeBrowser()
    const id = await browser.visit(async () => {
      const session = await getSession()
      await session.set({ plan: 'free', cart: [1] })
      await session.flash('success', 'Saved.')
      return String(session.id)
    })
    await elapse(1)
    const before = await get(id)
    expect(
      await update(id, (draft) => {
        draft.plan = 'pro'
      }),
    ).toBe(true)
    expect(await browser.visit(async () => (await getSession()).data)).toEqual({ plan: 'pro', cart: [1] })
    expect(await browser.visit(async () => (await getSession()).flashes().length)).toBe(1)
    expect((await get(id))?.expiresAt).toEqual(before?.expiresAt)
    expect(await update(id, () => undefined)).toBe(true)
    expect(await update(crypto.randomUUID(), increment)).toBe(false)
    expect(await update('no uuid', increment)).toBe(false)
  })

  rule('updates-all-sessions-of-a-user')('updateUser changes all active sessions of a user and returns their number', async () => {
    const { getSession, updateUser, list, revokeUser } = make()
    const userId = `updated ${storeName}`
    for (const user of [userId, userId, 'another user']) {
      await new FakeBrowser().visit(async () => (await getSession()).login(user))
    }
    expect(await updateUser(userId, increment)).toBe(2)
    expect((await list({ userId })).map(({ data }) => data)).toEqual([{ n: 1 }, { n: 1 }])
    expect((await list({ userId: 'another user' })).some(({ data }) => 'n' in data)).toBe(false)
    await revokeUser(userId)
    expect(await updateUser(userId, increment)).toBe(0)
  })

  rule('parallel-updates-by-id-survive')('parallel updates of one session by its id all survive', async () => {
    const { getSession, update, get } = make({ timeout: '30s' })
    const id = await new FakeBrowser().visit(async () => {
      const session = await getSession()
      await session.set('n', 0)
      return String(session.id)
    })
    const results = await Promise.all(Array.from({ length: 8 }, () => update(id, increment)))
    expect([results.every(Boolean), (await get(id))?.data]).toEqual([true, { n: 8 }])
  })

  it('update rejects data that is not JSON or too large, and a callback that throws, and writes nothing', async () => {
    if (storeName === 'cookie') {
      expect(await codeOf(make().update(crypto.randomUUID(), increment))).toBe('CONFIG_INVALID')
      expect(await codeOf(make().updateUser(1, increment))).toBe('CONFIG_INVALID')
      return
    }
    const { getSession, update, get } = make({ maxBytes: 100 })
    const id = await savedId(getSession)
    expect(
      await codeOf(
        update(id, (draft) => {
          draft.n = 'a'.repeat(200)
        }),
      ),
    ).toBe('DATA_TOO_LARGE')
    expect(
      await codeOf(
        update(id, (draft) => {
          Object.assign(draft, { n: 1n })
        }),
      ),
    ).toBe('DATA_INVALID')
    const failing = () => {
      throw new Error('mine')
    }
    await expect(update(id, failing)).rejects.toThrow('mine')
    expect((await get(id))?.data).toEqual({ n: 1 })
  })
})

it('update rejects with CONFLICT if other requests change the session until the timeout', async () => {
  const inner = memoryStore()
  const store: SessionStore = {
    ...inner,
    list: (page) => inner.list(page),
    update: async (ref, change, policy) => (change.ifVersion === undefined ? inner.update(ref, change, policy) : null),
    create: (...args) => inner.create(...args),
    find: (ref) => inner.find(ref),
  }
  const { getSession, update } = createSessions({ secret, store, timeout: 1, autoClear: false })
  const id = await savedId(getSession)
  expect(
    await codeOf(
      update(id, (draft) => {
        draft.n = 2
      }),
    ),
  ).toBe('CONFLICT')
})

it('list filters by own columns, returns them, and rejects a value that would select all sessions', async () => {
  const store = memoryStore()
  const columns = ({ userId }: { readonly userId: string | null }) => ({ account: userId })
  const { getSession, list, get } = createSessions({ secret, store, columns, autoClear: false })
  for (const user of ['a', 'b']) await new FakeBrowser().visit(async () => (await getSession()).login(user))
  const [found, ...others] = await list({ columns: { account: 'b' } })
  expect([found?.userId, found?.columns, others.length]).toEqual(['b', { account: 'b' }, 0])
  expect((await get(String(found?.id)))?.columns).toEqual({ account: 'b' })
  const forgotten: Record<string, string> = {}
  expect(await codeOf(list({ columns: { account: forgotten.account as string } }))).toBe('DATA_INVALID')
})

it('the error of a read does not say that nothing was written', async () => {
  const { list } = createSessions({ secret, store: memoryStore() })
  for (const options of [{ limit: 5000 }, { userId: '' }, { after: 'no uuid' }]) {
    const error: unknown = await list(options).catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'DATA_INVALID', message: expect.not.stringContaining('Nothing was written') })
  }
})
