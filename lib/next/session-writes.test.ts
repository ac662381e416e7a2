import { expect, it } from 'vitest'
import { FakeBrowser } from '../../test/browser'
import { codeOf, describeSessions } from '../../test/describe-sessions'

describeSessions('the writes of a session', ({ rule, make }) => {
  it('a session shows the stored data until the write resolves', async () => {
    const { getSession } = make()
    const seen = await new FakeBrowser().visit(async () => {
      const session = await getSession()
      const write = session.set('a', 1)
      const before = session.get('a')
      await write
      return [before, session.get('a')]
    })
    expect(seen).toEqual([undefined, 1])
  })

  it('writes that are called together run as one write in call order, and only the invalid one rejects', async () => {
    const { getSession } = make()
    const [results, data] = await new FakeBrowser().visit(async () => {
      const session = await getSession()
      await session.set({ old: 1, gone: 2 })
      const calls = [session.set('a', 1), session.set('_bad', 1), session.delete('gone'), session.set('a', 2), session.set('c', 3)]
      const settled = await Promise.allSettled([...calls, session.delete('c'), session.set('d', 4)])
      return [settled.map(({ status }) => status), session.data]
    })
    expect(results).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled', 'fulfilled', 'fulfilled'])
    expect(data).toEqual({ old: 1, a: 2, d: 4 })
  })

  it('clear deletes the data that was set before it, but not the data that is set after it', async () => {
    const { getSession } = make()
    const browser = new FakeBrowser()
    await browser.visit(async () => (await getSession()).set({ a: 1, b: 2 }))
    const data = await browser.visit(async () => {
      const session = await getSession()
      await Promise.all([session.set('x', 1), session.clear(), session.set('y', 2)])
      return [session.data, session.id !== null]
    })
    expect(data).toEqual([{ y: 2 }, true])
  })

  it('the data of a session is deeply frozen, so changing it in place throws', async () => {
    const { getSession } = make()
    await new FakeBrowser().visit(async () => {
      const session = await getSession()
      await session.set('cart', { items: [{ n: 1 }] })
      const cart = session.get('cart') as { items: { n: number }[] }
      expect(() => cart.items.push({ n: 2 })).toThrow(TypeError)
      expect(() => Object.assign(cart.items[0] ?? {}, { n: 2 })).toThrow(TypeError)
    })
  })

  it('set stores the value as it is at the call, even if the value is changed before the write', async () => {
    const { getSession } = make()
    const stored = await new FakeBrowser().visit(async () => {
      const session = await getSession()
      const value = { list: [1] }
      const write = session.set('value', value)
      value.list.push(2)
      await write
      return session.get('value')
    })
    expect(stored).toEqual({ list: [1] })
  })

  it('pop returns the value once and the fallback afterwards', async () => {
    const { getSession } = make()
    const values = await new FakeBrowser().visit(async () => {
      const session = await getSession()
      await session.set({ a: { x: 1 }, b: 2 })
      return [await session.pop('a'), await session.pop('a', 'none'), session.data, await session.pop('never')]
    })
    expect(values).toEqual([{ x: 1 }, 'none', { b: 2 }, undefined])
  })

  it('setDefault stores only an absent key and returns the stored value', async () => {
    const { getSession } = make()
    const values = await new FakeBrowser().visit(async () => {
      const session = await getSession()
      await session.set('none', null)
      return [await session.setDefault('a', 1), await session.setDefault('a', 2), await session.setDefault('none', 3), session.data]
    })
    expect(values).toEqual([1, 1, null, { a: 1, none: null }])
  })

  it('update changes, adds and deletes top-level keys, and null is a value', async () => {
    const { getSession } = make()
    const data = await new FakeBrowser().visit(async () => {
      const session = await getSession()
      await session.set({ n: 1, list: [1], gone: true })
      await session.update((draft) => {
        draft.n = Number(draft.n) + 1
        ;(draft.list as number[]).push(2)
        delete draft.gone
        draft.nothing = null
      })
      return session.data
    })
    expect(data).toEqual({ n: 2, list: [1, 2], nothing: null })
  })

  it('update writes nothing if it changes nothing, and rejects if its function throws or is asynchronous', async () => {
    const { getSession } = make()
    await new FakeBrowser().visit(async () => {
      const session = await getSession()
      await session.update(() => undefined)
      expect(session.id).toBeNull()
      const failing = session.update(() => {
        throw new RangeError('mine')
      })
      await expect(failing).rejects.toThrow(RangeError)
      expect(await codeOf(session.update((async () => {}) as never))).toBe('DATA_INVALID')
      expect(session.id).toBeNull()
    })
  })

  rule('a-thousand-sets-are-one-write')(
    'a thousand sets that are called together are one write and take less than a second',
    async () => {
      const { getSession } = make()
      const [count, seconds] = await new FakeBrowser().visit(async () => {
        const session = await getSession()
        await session.set('start', 0)
        const started = performance.now()
        await Promise.all(Array.from({ length: 1000 }, (_, i) => session.set(`key${i}`, i)))
        await session.delete(session.keys())
        return [session.keys().length, (performance.now() - started) / 1000]
      })
      expect(count).toBe(0)
      expect(seconds).toBeLessThan(1)
    },
  )
})
