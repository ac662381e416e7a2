import { createSessions } from 'coatcheck'
import { memoryStore } from 'coatcheck/testing'
import { describe, expectTypeOf, it } from 'vitest'
import * as z from 'zod'

interface AppSession {
  name: string
}

interface User {
  readonly id: string
  readonly passwordHash: string
}

const base = { secret: 'a secret for tests, 32 characters', store: memoryStore() }
const load = async (id: string): Promise<User | undefined> => (id === '7' ? { id, passwordHash: 'x' } : undefined)

describe('types of users and columns', () => {
  it('getUser and session.user have the type of the users, which requireUser makes non-null', () => {
    const { getSession, getUser, requireUser, fromRequest } = createSessions<AppSession, User>({
      ...base,
      user: { load, authHash: (user) => user.passwordHash },
    })
    expectTypeOf(getUser).returns.resolves.toEqualTypeOf<User | null>()
    expectTypeOf<Awaited<ReturnType<typeof getSession>>['user']>().toEqualTypeOf<User | null>()
    const use = async () => {
      const session = await requireUser({ within: '10m' })
      expectTypeOf(session.user.id).toEqualTypeOf<string>()
      expectTypeOf(session.userId).toEqualTypeOf<string>()
      expectTypeOf(session.get('name')).toEqualTypeOf<string | undefined>()
      await getUser(await fromRequest(new Request('http://localhost')))
    }
    expectTypeOf(use).toBeFunction()
  })

  it('with a schema, the type of the users is inferred, and the columns option reads the data of the schema', () => {
    const { getUser, requireUser } = createSessions({
      ...base,
      schema: { name: z.string(), visits: z.number().default(0) },
      user: { load, authHash: (user) => user.passwordHash },
      columns: ({ data, userId }) => ({ name: data.name ?? null, visits: data.visits ?? 0, account: userId }),
    })
    expectTypeOf(getUser).returns.resolves.toEqualTypeOf<User | null>()
    const use = async () => {
      const { user, get } = await requireUser()
      expectTypeOf(user).toEqualTypeOf<User>()
      return get
    }
    expectTypeOf(use).toBeFunction()
  })

  it('the columns option reads data of the type parameter and returns only values that a column can hold', () => {
    createSessions<AppSession>({ ...base, columns: ({ data }) => ({ name: data.name?.toUpperCase() ?? null }) })
    // @ts-expect-error: a column holds no object
    createSessions<AppSession>({ ...base, columns: () => ({ name: {} }) })
    // @ts-expect-error: no such key
    createSessions<AppSession>({ ...base, columns: ({ data }) => ({ name: data.nmae }) })
  })

  it('without the user option, the type of the user is null, and a second type argument is needed to set the option', () => {
    const { getUser, requireUser } = createSessions<AppSession>(base)
    expectTypeOf(getUser).returns.resolves.toEqualTypeOf<null>()
    expectTypeOf<Awaited<ReturnType<typeof requireUser>>['user']>().toEqualTypeOf<null>()
    // @ts-expect-error: createSessions<AppSession, User>
    createSessions<AppSession>({ ...base, user: { load } })
  })
})
