import { createSessions, type Session } from 'coatcheck'
import { memoryStore } from 'coatcheck/testing'
import type { NextRequest } from 'next/server.js'
import * as v from 'valibot'
import { describe, expect, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import { FakeBrowser } from '../../../test/browser'

interface AppSession {
  name: string
  cart: { id: string; quantity: number }[]
  theme?: 'light' | 'dark'
}

const base = { secret: 'a secret for tests, 32 characters', store: memoryStore(), autoClear: false }

describe('types', () => {
  it('get returns deeply read-only types that may be undefined, and set accepts them', () => {
    const use = async (session: Session<AppSession>) => {
      expectTypeOf(session.get('name')).toEqualTypeOf<string | undefined>()
      expectTypeOf(session.get('cart')).toEqualTypeOf<readonly { readonly id: string; readonly quantity: number }[] | undefined>()
      expectTypeOf(session.get('name', 'no name')).toEqualTypeOf<string>()
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
      // @ts-expect-error: data that was read is read-only
      cart?.push({ id: 'a', quantity: 1 })
      // @ts-expect-error: an update is synchronous
      await session.update(async () => {})
    }
    expectTypeOf(use).toBeFunction()
  })

  it('a fallback, or setDefault, removes undefined from the type of a key', () => {
    const { getSession } = createSessions<{ theme?: 'light' | 'dark'; cart?: { id: string }[] }>(base)
    type Chosen = Awaited<ReturnType<typeof getSession>>
    const use = async (session: Chosen) => {
      const theme: string = session.get('theme', 'light')
      const cart: readonly { readonly id: string }[] = await session.setDefault('cart', [])
      const popped: string | null = await session.pop('theme', null)
      return [theme, session.get('cart', []).map(({ id }) => id), cart, popped]
    }
    expectTypeOf(use).returns.resolves.toBeArray()
  })

  it('get may be undefined even if the schema of the key accepts any input', () => {
    const { getSession } = createSessions({ ...base, schema: { n: z.coerce.number(), m: z.number().default(0) } })
    type Read = Awaited<ReturnType<typeof getSession>>
    const read = (session: Read) => [session.get('n'), session.get('m')] as const
    expectTypeOf(read).returns.toEqualTypeOf<readonly [number | undefined, number]>()
  })

  it('the id and userId of the session that requireUser returns are strings', () => {
    const { requireUser } = createSessions<AppSession>(base)
    type Required = Awaited<ReturnType<typeof requireUser>>
    expectTypeOf<Required['userId']>().toEqualTypeOf<string>()
    expectTypeOf<Required['id']>().toEqualTypeOf<string>()
  })

  it('an untyped session accepts any JSON, even in update, and a handler may take a NextRequest', () => {
    const { getSession, handler } = createSessions(base)
    const use = async () => {
      const session = await getSession()
      await session.update((draft) => {
        draft.n = 1
      })
      return session.get('anything')
    }
    expectTypeOf(use).toBeFunction()
    const route = handler(async (request: NextRequest, { params }: { params: Promise<{ id: string }> }) =>
      Response.json([request.nextUrl.pathname, (await params).id]),
    )
    expectTypeOf(route).parameters.toEqualTypeOf<[NextRequest, { params: Promise<{ id: string }> }]>()
  })

  it('branded and built-in types are read as they are', () => {
    const use = (session: Session<{ id: string & { readonly __brand: 'id' }; at: Date }>) => {
      expectTypeOf(session.get('id')).toExtend<string | undefined>()
      expectTypeOf(session.get('at')).toEqualTypeOf<Date | undefined>()
    }
    expectTypeOf(use).toBeFunction()
  })
})

describe('a schema', () => {
  const schema = {
    name: z.string().min(1),
    cart: z.array(z.object({ id: z.string() })).default([]),
    size: v.optional(v.pipe(v.number(), v.minValue(1)), 1),
  }

  it('a schema types the data, and a key with a default is never undefined', () => {
    const { getSession } = createSessions({ ...base, schema })
    type Schemed = Awaited<ReturnType<typeof getSession>>
    const use = (session: Schemed) => {
      expectTypeOf(session.get('name')).toEqualTypeOf<string | undefined>()
      expectTypeOf(session.get('cart')).toEqualTypeOf<readonly { readonly id: string }[]>()
      expectTypeOf(session.get('size')).toEqualTypeOf<number>()
    }
    expectTypeOf(use).toBeFunction()
  })

  it('a schema checks written values, names the path of an invalid one, stores its output and gives defaults to get and update', async () => {
    const { getSession } = createSessions({ ...base, schema: { ...schema, trimmed: z.string().trim() } })
    await new FakeBrowser().visit(async () => {
      const session = await getSession()
      expect([session.get('cart'), session.get('size'), session.get('name'), session.has('cart')]).toEqual([
        [],
        1,
        undefined,
        false,
      ])
      await expect(session.set('name', '')).rejects.toThrow(/^name does not match/)
      await expect(session.set('cart', [{ id: 'a' }, { id: 1 as never }])).rejects.toThrow(/^cart\.1\.id does not match/)
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

  it('set takes the input of a schema, and get returns its output', async () => {
    const { getSession } = createSessions({
      ...base,
      schema: { n: z.string().transform(Number), o: z.object({ a: z.number().default(1) }) },
    })
    await new FakeBrowser().visit(async () => {
      const session = await getSession()
      await session.set('n', '42')
      await session.set({ o: {} })
      expectTypeOf(session.get('n')).toEqualTypeOf<number | undefined>()
      expect(session.data).toEqual({ n: 42, o: { a: 1 } })
    })
  })

  it('a default that is one shared object is copied for each session', async () => {
    const fallback = { list: [1] }
    const { getSession } = createSessions({ ...base, schema: { a: v.optional(v.object({ list: v.array(v.number()) }), fallback) } })
    await new FakeBrowser().visit(async () => {
      const session = await getSession()
      session.get('a')
      await session.update((draft) => {
        draft.a.list.push(2)
      })
      expect(session.get('a')).toEqual({ list: [1, 2] })
    })
    fallback.list.push(3)
    expect(fallback).toEqual({ list: [1, 3] })
  })

  it('a schema that validates asynchronously is rejected with CONFIG_INVALID', async () => {
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
  it('a serializer restores values that JSON lacks, key by key, even in update', async () => {
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

  it('update keeps values of custom classes that it does not change', async () => {
    class Money {
      readonly #cents: number
      constructor(cents: number) {
        this.#cents = cents
      }
      get cents() {
        return this.#cents
      }
    }
    const serializer = {
      serialize: (value: unknown) => (value instanceof Money ? { $money: value.cents } : value),
      deserialize: (json: unknown) =>
        typeof json === 'object' && json && '$money' in json ? new Money(Number(json.$money)) : json,
    }
    const { getSession, get } = createSessions<{ price: Money; n: number }>({ ...base, serializer })
    await new FakeBrowser().visit(async () => {
      const session = await getSession()
      await session.set({ price: new Money(5), n: 1 } as never)
      await session.update((draft) => {
        draft.n = 2
      })
      expect([session.get('price')?.cents, session.get('n')]).toEqual([5, 2])
      expect((await get(String(session.id)))?.data).toEqual({ price: { $money: 5 }, n: 2 })
    })
  })

  it('a serializer may return values that cannot be frozen', async () => {
    const serializer = {
      serialize: (value: unknown) => (value instanceof Uint8Array ? { bytes: [...value] } : value),
      deserialize: (json: unknown) =>
        typeof json === 'object' && json && 'bytes' in json ? Uint8Array.from(json.bytes as number[]) : json,
    }
    const { getSession } = createSessions<{ key: Uint8Array }>({ ...base, serializer })
    await new FakeBrowser().visit(async () => {
      const session = await getSession()
      await session.set('key', new Uint8Array([1, 2]) as never)
      expect(session.get('key')).toEqual(new Uint8Array([1, 2]))
    })
  })
})
