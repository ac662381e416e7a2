import { type ColumnValues, createSessions, type Json, type ServerOptions } from 'coatcheck'
import { cookieStore } from 'coatcheck/cookie'
import { type Change, memoryStore, type SessionStore } from 'coatcheck/store'
import { describe, expect, it } from 'vitest'
import { FakeBrowser } from '../../test/browser'
import { codeOf, secret } from '../../test/describe-sessions'

type Data = Record<string, Json>

const tenantOf: ServerOptions<Data>['columns'] = ({ userId, data }) => ({
  tenant: typeof data.tenant === 'string' ? data.tenant : null,
  account: userId,
})

/** An app whose store records the calls that it receives. */
function app(columns: ServerOptions<Data>['columns'] = tenantOf, more: Partial<ServerOptions<Data>> = {}) {
  const inner = memoryStore()
  const [sent, calls] = [[] as (ColumnValues | undefined)[], [] as string[]]
  const store: SessionStore = {
    ...bound(inner),
    create: (session, ...rest) => {
      calls.push('create')
      sent.push(session.columns)
      return inner.create(session, ...rest)
    },
    update: (ref, change: Change, policy) => {
      calls.push('update')
      sent.push(change.columns)
      return inner.update(ref, change, policy)
    },
    modify: (ref, compute, ...rest) => {
      calls.push('modify')
      const computing = (data: Parameters<typeof compute>[0]) => {
        const patch = compute(data)
        sent.push(patch?.columns)
        return patch
      }
      return inner.modify(ref, computing, ...rest)
    },
  }
  const options = { secret, store, autoClear: false, recordClient: false, ...more }
  const sessions = createSessions<Data>({ ...options, columns })
  const before = createSessions<Data>(options)
  const stored = async () => (await inner.list({ sort: 'created', limit: 1 }))[0]?.columns
  return { sent, calls, stored, before, browser: new FakeBrowser(), ...sessions }
}

/** The methods of a store, each bound to it, because a store may be a class. */
function bound(store: SessionStore): SessionStore {
  const { name, columnNames } = store
  return {
    name,
    columnNames,
    find: (ref) => store.find(ref),
    create: (...args) => store.create(...args),
    update: (...args) => store.update(...args),
    modify: (...args) => store.modify(...args),
    remove: (which) => store.remove(which),
    list: (page) => store.list(page),
    count: (filter) => store.count(filter),
    stats: () => store.stats(),
    clearExpired: (limit) => store.clearExpired(limit),
  }
}

describe('the columns option', () => {
  it('a new session is created with all columns', async () => {
    const { getSession, browser, sent, stored } = app()
    await browser.visit(async () => (await getSession()).set('tenant', 'acme'))
    expect(sent).toEqual([{ tenant: 'acme', account: null }])
    expect(await stored()).toEqual({ tenant: 'acme', account: null })
  })

  it('a write sends only the columns that it changes, in the same statement', async () => {
    const { getSession, browser, sent, calls, stored } = app()
    await browser.visit(async () => (await getSession()).set('tenant', 'acme'))
    await browser.visit(async () => (await getSession()).login('7'))
    await browser.visit(async () => (await getSession()).set('name', 'Ann'))
    await browser.visit(async () => (await getSession()).set('tenant', 'umbrella'))
    await browser.visit(async () => (await getSession()).pop('tenant'))
    expect(sent.slice(1)).toEqual([{ account: '7' }, undefined, { tenant: 'umbrella' }, { tenant: null }])
    expect(calls).toEqual(['create', 'update', 'update', 'update', 'update'])
    expect(await stored()).toEqual({ tenant: null, account: '7' })
  })

  it('a writer with an older snapshot does not overwrite the column that another writer has changed', async () => {
    const { getSession, browser, stored } = app()
    await browser.visit(async () => (await getSession()).set('tenant', 'acme'))
    const slow = browser.copy()
    await slow.visit(async () => {
      const session = await getSession()
      await browser.visit(async () => (await getSession()).set('tenant', 'umbrella'))
      await session.set('name', 'Ann')
    })
    expect(await stored()).toEqual({ tenant: 'umbrella', account: null })
  })

  it('update computes the columns from the newest data', async () => {
    const { getSession, browser, calls, stored } = app()
    await browser.visit(async () => (await getSession()).set('tenant', 'a'))
    const slow = browser.copy()
    await slow.visit(async () => {
      const session = await getSession()
      await browser.visit(async () => (await getSession()).set('tenant', 'b'))
      await session.update((draft) => {
        draft.tenant = `${draft.tenant}!`
      })
    })
    expect(calls.at(-1)).toBe('modify')
    expect(await stored()).toEqual({ tenant: 'b!', account: null })
  })

  it('a column that is null in the stored row is filled by the next write', async () => {
    const { getSession, before, browser, stored } = app()
    await browser.visit(async () => (await before.getSession()).set('tenant', 'acme'))
    await browser.visit(async () => (await before.getSession()).login('7'))
    expect(await stored()).toBeUndefined()
    await browser.visit(async () => (await getSession()).set('name', 'Ann'))
    expect(await stored()).toEqual({ tenant: 'acme', account: '7' })
  })

  it('another user’s session is replaced by one with its own columns', async () => {
    const { getSession, browser, stored } = app()
    await browser.visit(async () => (await getSession()).set('tenant', 'acme'))
    await browser.visit(async () => (await getSession()).login('7'))
    await browser.visit(async () => (await getSession()).login('8'))
    expect(await stored()).toEqual({ tenant: null, account: '8' })
  })

  it('the function receives the values of session.data: deserialized, frozen, without reserved and unreadable keys', async () => {
    const seen: object[] = []
    const serializer = {
      serialize: (value: unknown) => ({ v: value }),
      deserialize: (json: unknown) => {
        const { v } = json as { v: unknown }
        if (v === 'broken') throw new Error('unreadable')
        return v
      },
    }
    const columns: ServerOptions<Data>['columns'] = ({ id, userId, data }) => {
      seen.push({ id: id.length, userId, data, frozen: Object.isFrozen(data) })
      return { tenant: null }
    }
    const { getSession, browser } = app(columns, { serializer })
    await browser.visit(async () => {
      const session = await getSession()
      await session.set({ tenant: 'acme', bad: 'broken' })
    })
    await browser.visit(async () => (await getSession()).flash('info', 'saved'))
    expect(seen.at(-1)).toEqual({ id: 36, userId: null, data: { tenant: 'acme' }, frozen: true })
  })

  it('an error of the function, a wrong value or an unknown column rejects the write before anything is written', async () => {
    const wrong: Record<string, ServerOptions<Data>['columns']> = {
      thrown: () => {
        throw new RangeError('mine')
      },
      object: () => ({ tenant: {} as unknown as string }),
      number: () => ({ tenant: Number.NaN }),
    }
    for (const columns of Object.values(wrong)) {
      const { getSession, browser, calls } = app(columns)
      await expect(browser.visit(async () => (await getSession()).set('a', 1))).rejects.toThrow(/mine|tenant/)
      expect(calls).toEqual([])
    }
    const store: SessionStore = { ...bound(memoryStore()), columnNames: ['tenant'] }
    const { getSession } = createSessions<Data>({ secret, store, columns: tenantOf })
    const write = new FakeBrowser().visit(async () => (await getSession()).set('a', 1))
    await expect(write).rejects.toThrow(/account, which is not a column/)
    expect(await codeOf(write)).toBe('CONFIG_INVALID')
  })

  it('a store without own columns is rejected with CONFIG_INVALID', async () => {
    const without: SessionStore = { ...bound(memoryStore()), columnNames: undefined }
    for (const store of [without, cookieStore()]) {
      const { getSession } = createSessions<Data>({ secret, store, columns: tenantOf })
      expect(await codeOf(new FakeBrowser().visit(getSession))).toBe('CONFIG_INVALID')
    }
  })
})
