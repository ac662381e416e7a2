import { inspect } from 'node:util'
import { createSessions, type JsonObject, type ServerOptions, type SessionError, type SessionEvent } from 'coatcheck'
import { memoryStore } from 'coatcheck/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FakeBrowser } from '../../test/browser'
import { rulesOf } from '../../test/exceptions'
import { implementations, type TestStore } from '../../test/stores'

const secret = 'a secret for tests, 32 characters'

/** The code an action rejects with. */
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'resolved',
    (error: SessionError) => error.code,
  )

describe.each(Object.keys(implementations))('sessions, %s', (storeName) => {
  const rule = rulesOf(storeName)
  let under: TestStore
  beforeAll(async () => {
    under = await (implementations[storeName]?.() as Promise<TestStore>)
  })
  afterAll(() => under.close())

  const make = (more: Partial<ServerOptions> = {}) =>
    createSessions<Record<string, JsonObject[string]>>({ secret, store: under.store, autoClear: false, ...more })
  /** What the server holds; a store that keeps nothing there says so, which is as good as `nothing`. */
  const onServer = async <T>(asked: Promise<T>, nothing: T) => {
    if (!under.shared) return asked
    expect(await codeOf(asked)).toBe('CONFIG_INVALID')
    return nothing
  }

  describe('a visitor', () => {
    it('without a session gets an empty, unsaved one, and neither row nor cookie', async () => {
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

    it('finds on the next request what the first one set', async () => {
      const { getSession } = make()
      const browser = new FakeBrowser()
      const id = await browser.visit(async () => {
        const session = await getSession()
        await session.set('name', 'John Doe')
        return session.id
      })
      const again = await browser.visit(async () => {
        const session = await getSession()
        return [
          session.get('name'),
          session.id,
          session.isNew,
          session.has('name'),
          session.keys(),
          session.entries(),
          session.data,
        ]
      })
      expect(again).toEqual(['John Doe', id, false, true, ['name'], [['name', 'John Doe']], { name: 'John Doe' }])
    })

    it('gets one session object per request, whoever asks', async () => {
      const { getSession } = make()
      const [a, b] = await new FakeBrowser().visit(() => Promise.all([getSession(), getSession()]))
      expect(a).toBe(b)
    })

    it.each(['', 'x', 'v1.a.b.c.d.e', '\u0000', '"', 'A'.repeat(5000)])(
      'with the worthless cookie %j is anonymous',
      async (cookie) => {
        const { getSession } = make()
        const browser = new FakeBrowser({ session: cookie })
        const { value, setCookies } = await browser.request(async () => (await getSession()).id)
        expect([value, setCookies]).toEqual([null, []])
      },
    )

    it('with a token of which one character was changed is anonymous', async () => {
      const { getSession } = make()
      const browser = new FakeBrowser()
      await browser.visit(async () => (await getSession()).set('a', 1))
      for (let i = 0; i < browser.token.length; i++) {
        const changed = browser.token[i] === 'A' ? 'B' : 'A'
        const forged = new FakeBrowser({ session: browser.token.slice(0, i) + changed + browser.token.slice(i + 1) })
        expect(await forged.visit(async () => (await getSession()).id)).toBeNull()
      }
    })

    it('with a token of another cookie name or another secret is anonymous', async () => {
      const browser = new FakeBrowser()
      await browser.visit(async () => (await make().getSession()).set('a', 1))
      const otherName = make({ cookie: { name: 'other' } })
      expect(await new FakeBrowser({ other: browser.token }).visit(async () => (await otherName.getSession()).id)).toBeNull()
      const otherSecret = make({ secret: 'another secret for tests, 32 chars.' })
      expect(await browser.visit(async () => (await otherSecret.getSession()).id)).toBeNull()
    })

    it('keeps the session when the secret is rotated, until the old secret goes', async () => {
      const browser = new FakeBrowser()
      await browser.visit(async () => (await make().getSession()).set('a', 1))
      const rotated = make({ secret: ['the new secret for tests, 32 chars', secret] })
      expect(await browser.visit(async () => (await rotated.getSession()).get('a'))).toBe(1)
    })
  })

  describe('writing', () => {
    it('shows the acknowledged state until the write resolves', async () => {
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

    it('gathers the sets and deletes of one turn in call order, and a bad one rejects alone', async () => {
      const { getSession } = make()
      const [results, data] = await new FakeBrowser().visit(async () => {
        const session = await getSession()
        await session.set({ old: 1, gone: 2 })
        const calls = [
          session.set('a', 1),
          session.set('_bad', 1),
          session.delete('gone'),
          session.set('a', 2),
          session.set('c', 3),
        ]
        const settled = await Promise.allSettled([...calls, session.delete('c'), session.set('d', 4)])
        return [settled.map(({ status }) => status), session.data]
      })
      expect(results).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled', 'fulfilled', 'fulfilled'])
      expect(data).toEqual({ old: 1, a: 2, d: 4 })
    })

    it('clear empties what stands before it, and not what follows', async () => {
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

    it('gives out deeply frozen data: changing it in place is an error, not a loss', async () => {
      const { getSession } = make()
      await new FakeBrowser().visit(async () => {
        const session = await getSession()
        await session.set('cart', { items: [{ n: 1 }] })
        const cart = session.get('cart') as { items: { n: number }[] }
        expect(() => cart.items.push({ n: 2 })).toThrow(TypeError)
        expect(() => Object.assign(cart.items[0] ?? {}, { n: 2 })).toThrow(TypeError)
      })
    })

    it('is not moved by later changes of the value that was set', async () => {
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

    it('pop answers the value once, then the fallback', async () => {
      const { getSession } = make()
      const answers = await new FakeBrowser().visit(async () => {
        const session = await getSession()
        await session.set({ a: { x: 1 }, b: 2 })
        return [await session.pop('a'), await session.pop('a', 'none'), session.data, await session.pop('never')]
      })
      expect(answers).toEqual([{ x: 1 }, 'none', { b: 2 }, undefined])
    })

    it('setDefault stores only what is absent and answers what is stored', async () => {
      const { getSession } = make()
      const answers = await new FakeBrowser().visit(async () => {
        const session = await getSession()
        await session.set('none', null)
        return [
          await session.setDefault('a', 1),
          await session.setDefault('a', 2),
          await session.setDefault('none', 3),
          session.data,
        ]
      })
      expect(answers).toEqual([1, 1, null, { a: 1, none: null }])
    })

    it('update changes, adds and removes top-level keys, and null is a value', async () => {
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

    it('update without a change writes nothing; one that throws or is asynchronous rejects and writes nothing', async () => {
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

    rule('update-sees-the-newest-data')(
      'update sees the newest data even where it would change nothing of what was read',
      async () => {
        const { getSession } = make()
        const browser = new FakeBrowser()
        await browser.visit(async () => (await getSession()).set('theme', 'dark'))
        const setDark = (draft: { theme?: unknown }) => {
          draft.theme = 'dark'
          return undefined
        }
        const theme = await browser.visit(async () => {
          const session = await getSession()
          await browser.copy().visit(async () => (await getSession()).set('theme', 'light'))
          await session.update(setDark as never)
          return session.get('theme')
        })
        expect([theme, await browser.visit(async () => (await getSession()).get('theme'))]).toEqual(['dark', 'dark'])
        const ended = browser.copy()
        const code = await ended.visit(async () => {
          const session = await getSession()
          await browser.visit(async () => (await getSession()).flush())
          return codeOf(session.update(setDark as never))
        })
        expect(code).toBe('INTERRUPTED')
      },
    )

    rule('a-thousand-sets-are-one-write')('a thousand sets of one turn are one write, and take no time', async () => {
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
    })

    rule('parallel-updates-survive')('parallel requests that update one counter lose nothing', async () => {
      const { getSession } = make()
      const browser = new FakeBrowser()
      await browser.visit(async () => (await getSession()).set('n', 0))
      const increment = () =>
        browser.copy().visit(async () => {
          const session = await getSession()
          await session.update((draft) => {
            draft.n = Number(draft.n) + 1
          })
        })
      await Promise.all(Array.from({ length: 10 }, increment))
      expect(await browser.visit(async () => (await getSession()).get('n'))).toBe(10)
    })

    it('while a page renders rejects with READ_ONLY, before anything is written', async () => {
      const { getSession } = make()
      const browser = new FakeBrowser()
      await browser.visit(async () => (await getSession()).set('a', 1))
      const { value, setCookies } = await browser.request(
        async () => {
          const session = await getSession()
          const writers = [
            session.set('a', 2),
            session.delete('a'),
            session.clear(),
            session.update((draft) => {
              draft.a = 3
            }),
            session.pop('a'),
            session.setDefault('b', 1),
            session.flush(),
            session.logout(),
            session.cycleKey(),
            session.login('1'),
            session.setExpiry(60),
            session.revokeOthers(),
            session.setTestCookie(),
          ]
          return Promise.all(writers.map(codeOf))
        },
        { context: 'render' },
      )
      expect(new Set(value)).toEqual(new Set(['READ_ONLY']))
      expect(setCookies).toEqual([])
      expect(await browser.visit(async () => (await getSession()).data)).toEqual({ a: 1 })
    })

    it('names the writer and the place in READ_ONLY', async () => {
      const { getSession } = make()
      const write = new FakeBrowser().visit(async () => (await getSession()).cycleKey(), { context: 'render' })
      await expect(write).rejects.toThrow(/session\.cycleKey\(\) was called while a page renders/)
    })

    rule('a-handler-sends-only-a-changed-cookie')(
      'in a route handler sends the cookie when token or expiry change, and else none',
      async () => {
        const { getSession } = make()
        const browser = new FakeBrowser()
        const sent = async (write: (session: Awaited<ReturnType<typeof getSession>>) => Promise<unknown>) => {
          const { setCookies } = await browser.request(async () => write(await getSession()))
          return setCookies.length
        }
        expect(await sent((session) => session.set('a', 1))).toBe(1)
        expect(await sent((session) => session.set('a', 2))).toBe(0)
        expect(await sent((session) => session.delete('a'))).toBe(0)
        expect(await sent((session) => session.cycleKey())).toBe(1)
        expect(await sent((session) => session.setExpiry('2h'))).toBe(1)
        expect(await sent((session) => session.login(1))).toBe(1)
        expect(await sent((session) => session.flush())).toBe(1)
        expect(browser.cookies).toEqual({})
      },
    )

    rule('an-action-refreshes-as-asked')(
      'in a server action sends the same cookie again, refreshes the page, or does neither, as asked',
      async () => {
        const { getSession } = make()
        const browser = new FakeBrowser()
        await browser.visit(async () => (await getSession()).set('a', 1))
        const { token } = browser
        const act = (refresh?: 'page' | false) =>
          browser.request(async () => (await getSession()).set('a', 2, refresh === undefined ? {} : { refresh }), {
            context: 'action',
          })
        const [sent, page, neither] = [await act(), await act('page'), await act(false)]
        expect(sent.setCookies.map(({ name, maxAge }) => [name, maxAge])).toEqual([['session-refresh', 0]])
        expect(browser.token).toBe(token)
        expect([page.setCookies.length, page.refreshed]).toEqual([0, true])
        expect([neither.setCookies.length, neither.refreshed]).toEqual([0, false])
      },
    )
  })

  describe('ending and renewing', () => {
    it('flush ends the session; a set after it makes a new id, and one cookie goes out', async () => {
      const { getSession, get } = make()
      const browser = new FakeBrowser()
      const old = await browser.visit(async () => {
        const session = await getSession()
        await session.set('a', 1)
        return session.id
      })
      const { value, setCookies } = await browser.request(async () => {
        const session = await getSession()
        await session.flush()
        const between = [session.id, session.isNew, session.data]
        await session.set('b', 2)
        return [...between, session.id]
      })
      expect(value.slice(0, 3)).toEqual([null, true, {}])
      expect(value[3]).not.toBe(old)
      expect(setCookies.length).toBe(1)
      expect(await onServer(get(String(old)), null)).toBeNull()
    })

    rule('a-rotated-token-is-rejected')('cycleKey keeps id and data; the old token is dead', async () => {
      const { getSession } = make()
      const browser = new FakeBrowser()
      await browser.visit(async () => (await getSession()).set('a', 1))
      const old = browser.copy()
      const id = await browser.visit(async () => {
        const session = await getSession()
        await session.cycleKey()
        return session.id
      })
      expect(await browser.visit(async () => [(await getSession()).id, (await getSession()).data])).toEqual([id, { a: 1 }])
      expect(await old.visit(async () => (await getSession()).id)).toBeNull()
    })

    it('login keeps an anonymous cart under the same id with a new token', async () => {
      const { getSession } = make()
      const browser = new FakeBrowser()
      const before = await browser.visit(async () => {
        const session = await getSession()
        await session.set('cart', [1])
        return session.id
      })
      const anonymous = browser.copy()
      const after = await browser.visit(async () => {
        const session = await getSession()
        await session.login(42n)
        return [session.id, session.userId, session.data, session.authenticatedAt instanceof Date]
      })
      expect(after).toEqual([before, '42', { cart: [1] }, true])
      expect(await anonymous.visit(async () => (await getSession()).userId)).toBeNull()
    })

    it('login as another user begins a new session without the data', async () => {
      const { getSession, get } = make()
      const browser = new FakeBrowser()
      const first = await browser.visit(async () => {
        const session = await getSession()
        await session.login('a')
        await session.set('secret', 1)
        return String(session.id)
      })
      const second = await browser.visit(async () => {
        const session = await getSession()
        await session.login('b')
        return [session.id !== first, session.userId, session.data]
      })
      expect(second).toEqual([true, 'b', {}])
      expect(await onServer(get(first), null)).toBeNull()
    })

    it.each(['', 'x'.repeat(256), 'a\u0000b', Number.NaN, null, {}, '\ud800'])('login refuses the user id %j', async (userId) => {
      const { getSession } = make()
      expect(await codeOf(new FakeBrowser().visit(async () => (await getSession()).login(userId as string)))).toBe('DATA_INVALID')
    })

    rule('a-slow-write-revives-no-session').each(['set', 'update', 'pop', 'setDefault', 'cycleKey', 'login', 'setExpiry'] as const)(
      'a slow %s does not restore a session that was deleted in the meantime, and leaves the cookie alone',
      async (writer) => {
        const { getSession, get } = make()
        const browser = new FakeBrowser()
        await browser.visit(async () => (await getSession()).set('a', 1))
        const slow = browser.copy()
        const { token } = slow
        const code = await slow.visit(async () => {
          const session = await getSession()
          const id = String(session.id)
          await browser.visit(async () => (await getSession()).flush())
          const attempts = {
            set: () => session.set('a', 2),
            update: () =>
              session.update((draft) => {
                draft.a = 2
              }),
            pop: () => session.pop('a'),
            setDefault: () => session.setDefault('b', 2),
            cycleKey: () => session.cycleKey(),
            login: () => session.login('x'),
            setExpiry: () => session.setExpiry(60),
          }
          return [await codeOf(attempts[writer]()), await get(id), session.get('a')]
        })
        expect(code).toEqual(['INTERRUPTED', null, undefined])
        expect(slow.token).toBe(token)
      },
    )

    rule('a-rotated-token-never-sees-newer-data')(
      'a request whose token was rotated meanwhile never sees the new data, and leaves the cookie alone',
      async () => {
        const { getSession } = make()
        const browser = new FakeBrowser()
        await browser.visit(async () => (await getSession()).set('a', 1))
        const stale = browser.copy()
        const { value, setCookies } = await stale.request(async () => {
          const session = await getSession()
          await browser.visit(async () => {
            const other = await getSession()
            await other.login('victim')
            await other.set('private', 'yes')
          })
          return [await codeOf(session.set('b', 2)), await codeOf(session.set('c', 3)), session.userId, session.has('private')]
        })
        expect(value).toEqual(['INTERRUPTED', 'INTERRUPTED', null, false])
        expect(setCookies).toEqual([])
        expect(await browser.visit(async () => (await getSession()).data)).toEqual({ a: 1, private: 'yes' })
      },
    )

    rule('a-deleted-session-revokes-no-others')(
      'a slow revokeOthers of a session that was ended meanwhile ends nobody',
      async () => {
        const { getSession } = make()
        const userId = `robbed ${storeName}`
        const [victim, thief] = [new FakeBrowser(), new FakeBrowser()]
        for (const browser of [victim, thief]) await browser.visit(async () => (await getSession()).login(userId))
        const code = await thief.visit(async () => {
          const session = await getSession()
          await victim.visit(async () => (await getSession()).revokeOthers())
          return codeOf(session.revokeOthers())
        })
        expect(code).toBe('INTERRUPTED')
        expect(await victim.visit(async () => (await getSession()).userId)).toBe(userId)
      },
    )

    rule('revoke-others-returns-their-number')(
      'revokeOthers ends the other sessions of the user and answers how many',
      async () => {
        const { getSession } = make()
        const userId = `user ${storeName} ${Math.random()}`
        const browsers = [new FakeBrowser(), new FakeBrowser(), new FakeBrowser()]
        for (const browser of browsers) await browser.visit(async () => (await getSession()).login(userId))
        const [here, ...others] = browsers
        expect(await here?.visit(async () => (await getSession()).revokeOthers())).toBe(2)
        for (const other of others) expect(await other.visit(async () => (await getSession()).userId)).toBeNull()
        expect(await here?.visit(async () => (await getSession()).userId)).toBe(userId)
      },
    )
  })

  describe('expiry', () => {
    it('ends a session maxAge after its last activity', async () => {
      const { getSession } = make({ maxAge: '1h' })
      const browser = new FakeBrowser()
      await browser.visit(async () => (await getSession()).set('a', 1))
      await under.elapse(3599)
      expect(await browser.visit(async () => (await getSession()).get('a'))).toBe(1)
      await under.elapse(2)
      expect(await browser.visit(async () => (await getSession()).id)).toBeNull()
    })

    rule('reading-moves-only-last-seen')('reading is no activity, unless rolling; any visit moves last-seen', async () => {
      const idle = async (rolling: boolean) => {
        const { getSession } = make({ maxAge: 1000, rolling })
        const browser = new FakeBrowser()
        await browser.visit(async () => (await getSession()).set('a', 1))
        await under.elapse(600)
        await browser.visit(async () => (await getSession()).get('a'))
        const seen = await browser.visit(async () => (await getSession()).lastSeenAt?.getTime())
        await under.elapse(600)
        return [typeof seen, await browser.visit(async () => (await getSession()).get('a'))]
      }
      expect(await idle(false)).toEqual(['number', undefined])
      expect(await idle(true)).toEqual(['number', 1])
    })

    it('never outlives absoluteMaxAge, however active, and login restarts it', async () => {
      const { getSession } = make({ maxAge: 1000, absoluteMaxAge: 1500 })
      const browser = new FakeBrowser()
      await browser.visit(async () => (await getSession()).set('n', 1))
      await under.elapse(800)
      await browser.visit(async () => (await getSession()).login('u'))
      await under.elapse(800)
      expect(await browser.visit(async () => (await getSession()).set('n', 2))).toBeUndefined()
      await under.elapse(800)
      expect(await browser.visit(async () => (await getSession()).id)).toBeNull()
    })

    it('ends what is older than an absoluteMaxAge that has become stricter since', async () => {
      const browser = new FakeBrowser()
      await browser.visit(async () => (await make().getSession()).login('u'))
      await under.elapse(800)
      const strict = make({ absoluteMaxAge: 500 })
      expect(await browser.visit(async () => (await strict.getSession()).userId)).toBeNull()
      expect(await browser.visit(async () => (await make({ absoluteMaxAge: 1000 }).getSession()).userId)).toBe('u')
    })

    it('of its own is remembered before the first write, and null goes back to the default', async () => {
      const { getSession } = make()
      const ages = await new FakeBrowser().visit(async () => {
        const session = await getSession()
        await session.setExpiry('2h')
        const unsaved = [session.id, session.expiryAge]
        await session.set('a', 1)
        const saved = session.expiryAge
        await session.setExpiry(null)
        return [...unsaved, saved, session.expiryAge]
      })
      expect(ages).toEqual([null, 7200, 7200, 1_209_600])
    })

    it('at browser close: the cookie has no Max-Age, the row lives on', async () => {
      const { getSession } = make()
      const { value, setCookies } = await new FakeBrowser().request(async () => {
        const session = await getSession()
        await session.set('a', 1)
        await session.setExpiry(0)
        return [session.expiresAtBrowserClose, session.expiryAge]
      })
      expect(value).toEqual([true, 1_209_600])
      expect(setCookies.map(({ maxAge }) => maxAge)).toEqual([undefined])
    })

    rule('the-cookie-outlives-the-row')(
      'by default the cookie outlives the row by far, so that reading never has to renew it',
      async () => {
        const { getSession } = make()
        const { setCookies } = await new FakeBrowser().request(async () => (await getSession()).set('a', 1))
        expect(setCookies[0]?.maxAge).toBeGreaterThan(399 * 86_400)
        expect(setCookies[0]?.maxAge).toBeLessThanOrEqual(400 * 86_400)
      },
    )

    it('at a Date: row and cookie end there', async () => {
      const { getSession } = make()
      const { value, setCookies } = await new FakeBrowser().request(async () => {
        const session = await getSession()
        await session.set('a', 1)
        const at = new Date((session.expiryDate?.getTime() ?? 0) - 86_400_000)
        await session.setExpiry(at)
        return [session.expiryDate?.getTime() === at.getTime(), session.expiryAge]
      })
      expect(value[0]).toBe(true)
      expect(Math.abs(Number(setCookies[0]?.maxAge) - Number(value[1]))).toBeLessThan(3)
    })

    it.each([-1, -0.5, '-1s', new Date(0)])('%j, in the past, ends the session', async (past) => {
      const { getSession } = make()
      const browser = new FakeBrowser()
      await browser.visit(async () => (await getSession()).set('a', 1))
      expect(
        await browser.visit(async () => {
          const session = await getSession()
          await session.setExpiry(past as number)
          return [session.id, session.data]
        }),
      ).toEqual([null, {}])
      expect(browser.cookies).toEqual({})
    })

    it.each<unknown>([
      Number.NaN,
      Number.POSITIVE_INFINITY,
      '2 hours',
      '',
      new Date(Number.NaN),
      1e12,
      undefined,
      {},
      { toString: 1 },
      [],
    ])('refuses %j', async (bad) => {
      const { getSession } = make()
      expect(await codeOf(new FakeBrowser().visit(async () => (await getSession()).setExpiry(bad as number)))).toBe('DATA_INVALID')
    })

    it('wins over the data of a session that has ended: no row is shown, none is adopted', async () => {
      const { getSession, count } = make({ maxAge: 100 })
      const browser = new FakeBrowser()
      await browser.visit(async () => (await getSession()).set('a', 1))
      await under.elapse(101)
      const before = await onServer(count(), 0)
      const { value, setCookies } = await browser.request(async () => (await getSession()).id)
      expect([value, setCookies, await onServer(count(), 0)]).toEqual([null, [], before])
    })
  })

  describe('data', () => {
    const refused: readonly [string, unknown, string][] = [
      ['undefined', undefined, 'DATA_INVALID'],
      ['NaN', Number.NaN, 'DATA_INVALID'],
      ['a bigint', 1n, 'DATA_INVALID'],
      ['a function', () => 1, 'DATA_INVALID'],
      ['a symbol', Symbol('s'), 'DATA_INVALID'],
      ['a Date', new Date(), 'DATA_INVALID'],
      ['a Map', new Map(), 'DATA_INVALID'],
      ['undefined inside', { a: undefined }, 'DATA_INVALID'],
      ['a hole', Object.assign([1], { 2: 3 }), 'DATA_INVALID'],
      ['a hole and a name', Object.assign(Object.assign([1], { length: 2 }), { name: 1 }), 'DATA_INVALID'],
      ['an array with a symbol', Object.assign([1], { [Symbol('s')]: 1 }), 'DATA_INVALID'],
      ['an array with a name', Object.assign([1], { name: 2 }), 'DATA_INVALID'],
      ['a symbol key', { [Symbol('s')]: 1 }, 'DATA_INVALID'],
      ['NUL', 'a\u0000b', 'DATA_INVALID'],
      ['NUL in a key', { 'a\u0000b': 1 }, 'DATA_INVALID'],
      ['half a surrogate pair', '\ud83d', 'DATA_INVALID'],
      ['a __proto__ key', JSON.parse('{"__proto__": 1}'), 'DATA_INVALID'],
      ['toJSON', { toJSON: () => 1 }, 'DATA_INVALID'],
      ['64 KiB and more', 'x'.repeat(65_536), 'DATA_TOO_LARGE'],
      ['numbers that print long', Array.from({ length: 300 }, () => 1e308), 'DATA_TOO_LARGE'],
    ]
    it.each(refused)('refuses %s whole, naming the key path, never the value', async (_, value, code) => {
      const { getSession } = make()
      const error = await new FakeBrowser().visit(async () => {
        const session = await getSession()
        const failure = await session.set({ good: 1, bad: value as string }).catch((error: SessionError) => error)
        expect(session.id).toBeNull()
        return failure as SessionError
      })
      expect(error.code).toBe(code)
      expect(error.message).toMatch(/^(bad|The session)/)
    })

    it('refuses what refers to itself and what is deeper than 100 levels, and keeps 100 levels', async () => {
      const { getSession } = make()
      const nested = (depth: number) => JSON.parse('['.repeat(depth) + ']'.repeat(depth))
      const loop: Record<string, unknown> = {}
      loop.self = loop
      await new FakeBrowser().visit(async () => {
        const session = await getSession()
        expect(await codeOf(session.set('a', loop as never))).toBe('DATA_INVALID')
        expect(await codeOf(session.set('a', nested(101)))).toBe('DATA_INVALID')
        await session.set('a', nested(100))
        expect(session.get('a')).toEqual(nested(100))
      })
    })

    it('keeps every JSON value as it was', async () => {
      const { getSession } = make()
      const values = {
        text: 'ü€😀"\\\n\t',
        big: 1.7976931348623157e308,
        small: 5e-324,
        precise: 0.1 + 0.2,
        none: null,
        no: false,
        '': { '': [] },
      }
      const browser = new FakeBrowser()
      await browser.visit(async () => (await getSession()).set(values))
      expect(await browser.visit(async () => (await getSession()).data)).toEqual(values)
      expect(
        await browser.visit(async () => {
          const session = await getSession()
          await session.set('zero', -0)
          return Object.is(session.get('zero'), 0)
        }),
      ).toBe(true)
    })

    it('refuses keys that cannot be stored, in every method, before anything is written', async () => {
      const { getSession, list } = make()
      const codes = await new FakeBrowser().visit(async () => {
        const session = await getSession()
        await session.set('\ufffd', 1)
        const calls = [session.set('b', 1), session.delete('a\u0000'), session.pop('\ud800'), session.setDefault('__proto__', 1)]
        const settled = await Promise.all(calls.map(codeOf))
        return [
          settled,
          session.data,
          await codeOf(session.set(new Map([['a', 1]]) as never)),
          await codeOf(session.set([1] as never)),
        ]
      })
      const refusals = ['resolved', 'DATA_INVALID', 'DATA_INVALID', 'DATA_INVALID']
      expect(codes).toEqual([refusals, { '\ufffd': 1, b: 1 }, 'DATA_INVALID', 'DATA_INVALID'])
      expect(await list({ search: '\u0000' })).toEqual([])
    })

    it('counts what stands before a write in its queue, not what was read', async () => {
      const { getSession } = make({ maxBytes: 1000 })
      const results = await new FakeBrowser().visit(async () => {
        const session = await getSession()
        await session.set('a', 'x'.repeat(600))
        const after = await Promise.all([session.flush(), session.set('b', 'x'.repeat(600))].map(codeOf))
        const together = [session.set('c', 'x'.repeat(300)), session.set('d', 'x'.repeat(300)), session.set('e', 1)].map(codeOf)
        return [after, await Promise.all(together), session.keys().sort()]
      })
      expect(results).toEqual([
        ['resolved', 'resolved'],
        ['resolved', 'DATA_TOO_LARGE', 'resolved'],
        ['b', 'c', 'e'],
      ])
    })

    it('above a lowered maxBytes can be made smaller, in every way', async () => {
      const browser = new FakeBrowser()
      const full = { a: 'x'.repeat(1200), b: 'x'.repeat(1200) }
      await browser.visit(async () => (await make().getSession()).set(full))
      const { getSession } = make({ maxBytes: 1000 })
      const codes = await browser.visit(async () => {
        const session = await getSession()
        const shorten = (draft: { a?: unknown }) => {
          draft.a = 'shorter'
          return undefined
        }
        return [
          await codeOf(session.set('c', 1)),
          await codeOf(session.set('a', 'x'.repeat(900))),
          await codeOf(session.update(shorten as never)),
          await codeOf(session.delete('b')),
          session.data,
        ]
      })
      expect(codes).toEqual(['DATA_TOO_LARGE', 'resolved', 'resolved', 'resolved', { a: 'shorter' }])
    })

    it('update deletes keys that every object seems to have', async () => {
      const { getSession } = make()
      const data = await new FakeBrowser().visit(async () => {
        const session = await getSession()
        await session.set({ constructor: 1, b: 2 } as never)
        await session.update((draft) => {
          Reflect.deleteProperty(draft, 'constructor')
        })
        return session.data
      })
      expect(data).toEqual({ b: 2 })
    })

    it('refuses to grow beyond maxBytes by many small writes, and lets a full session shrink', async () => {
      const { getSession } = make({ maxBytes: 1000 })
      const codes = await new FakeBrowser().visit(async () => {
        const session = await getSession()
        await session.set('a', 'x'.repeat(600))
        return [
          await codeOf(session.set('b', 'x'.repeat(600))),
          await codeOf(session.set('a', 'y')),
          await codeOf(session.delete('a')),
        ]
      })
      expect(codes).toEqual(['DATA_TOO_LARGE', 'resolved', 'resolved'])
    })

    it('keys that begin with _ are reserved: not written, not read, not deleted', async () => {
      const { getSession } = make()
      const browser = new FakeBrowser()
      await browser.visit(async () => (await getSession()).setTestCookie())
      const seen = await browser.visit(async () => {
        const session = await getSession()
        const codes = [
          await codeOf(session.set('_x', 1)),
          await codeOf(session.delete('_test_cookie')),
          await codeOf(session.clear()),
        ]
        return [
          codes,
          session.testCookieWorked(),
          session.isEmpty,
          session.keys(),
          session.get('_test_cookie'),
          await session.pop('_test_cookie'),
        ]
      })
      expect(seen).toEqual([['DATA_INVALID', 'resolved', 'resolved'], true, true, [], undefined, undefined])
      await browser.visit(async () => (await getSession()).deleteTestCookie())
      expect(await browser.visit(async () => (await getSession()).testCookieWorked())).toBe(false)
    })
  })

  describe('the server side', () => {
    rule('operators-list-and-revoke-sessions')('lists, gets, revokes and counts, and marks the current session', async () => {
      const { getSession, list, get, revoke, revokeUser, count } = make()
      const userId = `listed ${storeName}`
      const browser = new FakeBrowser()
      const id = await browser.visit(async () => {
        const session = await getSession()
        await session.login(userId)
        return String(session.id)
      })
      const other = new FakeBrowser()
      await other.visit(async () => (await getSession()).login(userId))
      const rows = await browser.visit(() => list({ userId }))
      expect(rows.filter(({ current }) => current).map((row) => row.id)).toEqual([id])
      expect(rows).toHaveLength(2)
      expect(await list({ userId, after: rows[0]?.id })).toHaveLength(1)
      expect(Object.keys(rows[0] ?? {})).not.toContain('tokenHash')
      expect((await get(id))?.userId).toBe(userId)
      expect([await get('no uuid'), await revoke('no uuid'), await revoke(id, { userId: 'somebody else' })]).toEqual([null, 0, 0])
      expect(await revoke([id], { userId })).toBe(1)
      expect(await browser.visit(async () => (await getSession()).userId)).toBeNull()
      expect(await revokeUser(userId)).toBe(1)
      expect(await count()).toBeGreaterThanOrEqual(0)
    })

    rule('clears-expired-sessions-in-batches')('clears expired sessions in batches, telling the progress', async () => {
      const { getSession, clearExpired } = make({ maxAge: 10 })
      await clearExpired()
      for (let i = 0; i < 3; i++) await new FakeBrowser().visit(async () => (await getSession()).set('a', i))
      await under.elapse(11)
      const progress: number[] = []
      expect(await clearExpired({ batchSize: 2, onProgress: (deleted) => progress.push(deleted) })).toBeGreaterThanOrEqual(
        under.dropsExpired ? 0 : 3,
      )
      expect(progress.slice(0, 2)).toEqual(under.dropsExpired ? [0] : [2, progress[1]])
      expect(await clearExpired({ signal: AbortSignal.abort() })).toBe(0)
    })

    it('tells events after each commit, with ids and without tokens', async () => {
      const events: SessionEvent[] = []
      const { getSession } = make({ onEvent: (event) => void events.push(event) })
      const browser = new FakeBrowser()
      await browser.visit(async () => {
        const session = await getSession()
        await session.set('a', 1)
        await session.cycleKey()
        await session.login('u')
        await session.logout()
        await session.set('a', 1)
        await session.flush()
        await session.login('u')
      })
      await new FakeBrowser({ session: 'junk' }).visit(getSession)
      const types = ['created', 'cycled', 'login', 'logout', 'created', 'flushed', 'created', 'login', 'rejected']
      expect(events.map(({ type }) => type)).toEqual(types)
      expect(events.at(0)).toEqual({ type: 'created', id: expect.any(String), userId: null })
      expect(events.at(-2)).toEqual({ type: 'login', id: expect.any(String), userId: 'u' })
      expect(events.at(-1)).toEqual({ type: 'rejected', reason: 'malformed' })
      expect(JSON.stringify(events)).not.toContain(browser.token.split('.')[2])
    })

    rule('a-revocation-is-an-event')('tells which sessions were revoked, and that their tokens were refused', async () => {
      const events: SessionEvent[] = []
      const { getSession, revokeUser } = make({ onEvent: (event) => void events.push(event) })
      const browser = new FakeBrowser()
      const userId = `heard ${storeName}`
      const id = await browser.visit(async () => {
        const session = await getSession()
        await session.login(userId)
        return session.id
      })
      await revokeUser(userId, { by: 'root' })
      await browser.visit(getSession)
      expect(events.slice(2)).toEqual([
        { type: 'revoked', sessions: [{ id, userId }], by: 'root' },
        { type: 'rejected', reason: 'unknown' },
      ])
    })

    rule('clearing-is-an-event')(
      'tells how many expired sessions were cleared, where the store does not drop them by itself',
      async () => {
        const events: SessionEvent[] = []
        const { getSession, clearExpired } = make({ maxAge: 10, onEvent: (event) => void events.push(event) })
        await new FakeBrowser().visit(async () => (await getSession()).set('a', 1))
        await under.elapse(11)
        const count = await clearExpired({ by: 'cron' })
        const told = { type: 'expired', count: expect.any(Number), by: 'cron' }
        expect(events.filter(({ type }) => type === 'expired')).toEqual(under.dropsExpired ? [] : [told])
        expect(count > 0).toBe(!under.dropsExpired)
      },
    )

    it('reads the session of a plain Request, and refuses to write it', async () => {
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
})

describe('a token', () => {
  it('opens nothing after its own end, 400 days, however active its session is', async () => {
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

describe('a session that is printed or sent', () => {
  it('shows id, user and data, and neither token nor secret', async () => {
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
