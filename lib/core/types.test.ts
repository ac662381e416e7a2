import { createSessions, type Session } from 'coatcheck'
import { memoryStore } from 'coatcheck/testing'
import * as v from 'valibot'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import { FakeBrowser } from '../../test/browser'

interface AppSession {
  name: string
  cart: { id: string; quantity: number }[]
  theme?: 'light' | 'dark'
}

const base = { secret: 'a secret for tests, 32 characters', store: memoryStore(), autoClear: false }

describe('types', () => {
  it('of an interface: reads are deeply read-only and may be undefined, and set takes what get gave', () => {
    const use = async (session: Session<AppSession>) => {
      expectTypeOf(session.get('name')).toEqualTypeOf<string | undefined>()
      expectTypeOf(session.get('cart')).toEqualTypeOf<readonly { readonly id: string; readonly quantity: number }[] | undefined>()
      expectTypeOf(session.get('name', 'nobody')).toEqualTypeOf<string>()
      expectTypeOf(session.userId).toEqualTypeOf<string | null>()
      const cart = session.get('cart')
      if (cart) await session.set('cart', cart)
      await session.set({ name: 'x', theme: 'dark' })
      await session.update((draft) => {
        draft.cart?.push({ id: 'a', quantity: 1 })
      })
      // @ts-expect-error: no such key
      session.get('nmae')
      // @ts-expect-error: the wrong type
      await session.set('name', 1)
      // @ts-expect-error: what is read cannot be changed
      cart?.push({ id: 'a', quantity: 1 })
      // @ts-expect-error: an update is synchronous
      await session.update(async () => {})
    }
    expectTypeOf(use).toBeFunction()
  })

  it('of requireUser: id and userId are strings', () => {
    const { requireUser } = createSessions<AppSession>(base)
    type Required = Awaited<ReturnType<typeof requireUser>>
    expectTypeOf<Required['userId']>().toEqualTypeOf<string>()
    expectTypeOf<Required['id']>().toEqualTypeOf<string>()
  })
})

describe('a schema', () => {
  const schema = {
    name: z.string().min(1),
    cart: z.array(z.object({ id: z.string() })).default([]),
    size: v.optional(v.pipe(v.number(), v.minValue(1)), 1),
  }

  it('types the data, and a key with a default is never undefined', () => {
    const { getSession } = createSessions({ ...base, schema })
    type Schemed = Awaited<ReturnType<typeof getSession>>
    const use = (session: Schemed) => {
      expectTypeOf(session.get('name')).toEqualTypeOf<string | undefined>()
      expectTypeOf(session.get('cart')).toEqualTypeOf<readonly { readonly id: string }[]>()
      expectTypeOf(session.get('size')).toEqualTypeOf<number>()
    }
    expectTypeOf(use).toBeFunction()
  })

  it('checks what is written, names the key path, stores the output, and gives defaults to get and update', async () => {
    const { getSession } = createSessions({ ...base, schema: { ...schema, trimmed: z.string().trim() } })
    await new FakeBrowser().visit(async () => {
      const session = await getSession()
      expect([session.get('cart'), session.get('size'), session.get('name'), session.has('cart')]).toEqual([
        [],
        1,
        undefined,
        false,
      ])
      await expect(session.set('name', '')).rejects.toThrow(/^name does not fit/)
      await expect(session.set('cart', [{ id: 'a' }, { id: 1 as never }])).rejects.toThrow(/^cart\.1\.id does not fit/)
      await expect(session.set('size', 0)).rejects.toMatchObject({ code: 'DATA_INVALID' })
      await expect(session.set('unknown' as 'name', 'x')).rejects.toThrow(/^unknown has no schema/)
      expect(session.id).toBeNull()
      await session.set('trimmed', '  x ')
      await session.update((draft) => {
        draft.cart.push({ id: 'a' })
      })
      expect(session.data).toEqual({ trimmed: 'x', cart: [{ id: 'a' }] })
    })
  })

  it('that validates asynchronously is CONFIG_INVALID', async () => {
    const { getSession } = createSessions({
      ...base,
      schema: {
        name: v.pipeAsync(
          v.string(),
          v.checkAsync(async () => true),
        ),
      },
    })
    const write = new FakeBrowser().visit(async () => (await getSession()).set('name', 'x'))
    await expect(write).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})

describe('a serializer', () => {
  it('carries values that JSON lacks, key by key, also through update', async () => {
    const serializer = {
      serialize: (value: unknown) => (value instanceof Date ? { date: value.toISOString() } : value),
      deserialize: (json: unknown) => (typeof json === 'object' && json && 'date' in json ? new Date(String(json.date)) : json),
    }
    const { getSession } = createSessions<{ at: Date; n: number }>({ ...base, serializer })
    const browser = new FakeBrowser()
    await browser.visit(async () => (await getSession()).set({ at: new Date(1000), n: 1 }))
    await browser.visit(async () => {
      const session = await getSession()
      await session.update((draft) => {
        draft.at = new Date((draft.at?.getTime() ?? 0) + 1)
      })
    })
    expect(await browser.visit(async () => (await getSession()).data)).toEqual({ at: new Date(1001), n: 1 })
  })
})
