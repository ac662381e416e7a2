import { type } from 'arktype'
import { createSessions } from 'coatcheck'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import { FakeBrowser } from '../../test/browser'
import { rulesOf } from '../../test/exceptions'
import { implementations, type TestStore } from '../../test/stores'

const secret = 'a secret for tests, 32 characters'
const dates = {
  serialize: (value: unknown) => (value instanceof Date ? { date: value.toISOString() } : value),
  deserialize: (json: unknown) => (typeof json === 'object' && json && 'date' in json ? new Date(String(json.date)) : json),
}

describe.each(Object.entries(implementations))('the options of createSessions, %s', (storeName, open) => {
  const rule = rulesOf(storeName)
  let under: TestStore
  beforeAll(async () => {
    under = await open()
  })
  afterAll(() => under.close())
  const base = () => ({ secret, store: under.store, autoClear: false })

  it('a schema may mix zod, valibot and arktype: it checks and transforms written values and gives defaults', async () => {
    const { getSession } = createSessions({
      ...base(),
      schema: {
        cart: z.array(z.object({ id: z.string().trim() })).default([]),
        size: v.optional(v.pipe(v.number(), v.minValue(1)), 1),
        name: type('string > 1'),
      },
    })
    const browser = new FakeBrowser()
    await browser.visit(async () => {
      const session = await getSession()
      expectTypeOf(session.get('name')).toEqualTypeOf<string | undefined>()
      await expect(session.set('name', 'x')).rejects.toThrow(/^name does not match/)
      await expect(session.set({ name: 'Ada', size: 0 })).rejects.toThrow(/^size does not match/)
      expect(session.id).toBeNull()
      await session.set({ name: 'Ada', cart: [{ id: ' scarf ' }] })
    })
    await browser.visit(async () => {
      const session = await getSession()
      expect([session.get('name'), session.get('size'), session.get('cart')]).toEqual(['Ada', 1, [{ id: 'scarf' }]])
    })
  })

  it('a serializer restores values that JSON lacks, and writes still merge by key', async () => {
    const { getSession } = createSessions<{ at: Date; until: Date }>({ ...base(), serializer: dates })
    const browser = new FakeBrowser()
    await browser.visit(async () => (await getSession()).set('at', new Date(1)))
    await browser.visit(async () => (await getSession()).set('until', new Date(2)))
    await browser.visit(async () => {
      const session = await getSession()
      await session.update((draft) => {
        draft.at = new Date((draft.at?.getTime() ?? 0) + 10)
      })
    })
    expect(await browser.visit(async () => (await getSession()).data)).toEqual({ at: new Date(11), until: new Date(2) })
  })

  rule('record-client-records-browser-and-address')(
    'browser and address are recorded and updated with lastSeenAt, unless recordClient is false',
    async () => {
      const from = (userAgent: string, ip: string) => ({ headers: { 'user-agent': userAgent, 'x-forwarded-for': ip } })
      const { getSession, list } = createSessions({ ...base(), trustedProxies: 1 })
      const unrecorded = createSessions({ ...base(), trustedProxies: 1, recordClient: false })
      const seen = async (id: string | null) => {
        const [row] = await list({ search: id ?? '' })
        return [row?.userAgent, row?.ip]
      }
      const browser = new FakeBrowser()
      const write = async () => {
        const session = await getSession()
        await session.set('a', 1)
        return session.id
      }
      const id = await browser.visit(write, from('Firefox', '192.0.2.1'))
      expect(await seen(id)).toEqual(['Firefox', '192.0.2.1'])
      await under.elapse(600)
      await browser.visit(async () => (await getSession()).set('a', 2), from('Chromium', '2001:db8::1'))
      expect(await seen(id)).toEqual(['Chromium', '2001:db8::1'])
      await under.elapse(600)
      await browser.visit(async () => (await unrecorded.getSession()).set('a', 3), from('Safari', '192.0.2.3'))
      expect(await seen(id)).toEqual(['Chromium', '2001:db8::1'])
    },
  )
})
