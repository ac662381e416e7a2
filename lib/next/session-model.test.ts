import { AsyncLocalStorage } from 'node:async_hooks'
import { createSessions, type SessionError } from 'coatcheck'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FakeBrowser } from '../../test/browser'
import { propertyTimeout, runs } from '../../test/property'
import { updated, visible } from '../../test/session-data'
import { SessionModel, type View } from '../../test/session-model'
import { type Call, type Data, type Rule, type Step, type StepResult, steps } from '../../test/session-steps'
import { implementations, type TestStore } from '../../test/stores'

const secret = 'a secret for tests, 32 characters'
const expiries: Readonly<Record<Exclude<Rule, null>, number>> = { past: -1, close: 0, hour: 3600 }
let lastRun = 0

/** `setDefault` of a deleted session must not return a member that every object inherits. */
const setDefaultOfADeletedSession: readonly Step[] = [
  {
    who: 'a',
    calls: [
      { do: 'setExpiry', rule: 'past' },
      { do: 'setDefault', key: 'toString', value: 'text' },
    ],
  },
]

/** A session that was revoked has nothing to do with the session of the request, so the next login creates another one. */
const loginAfterARevocation: readonly Step[] = [
  { who: 'a', calls: [{ do: 'login', user: 'u' }] },
  { who: 'b', calls: [{ do: 'login', user: 'v' }] },
  { revoke: 'b' },
  {
    who: 'b',
    calls: [
      { do: 'pop', key: 'k' },
      { do: 'login', user: 'u' },
    ],
  },
  { who: 'a', calls: [{ do: 'login', user: 'u' }] },
]

const open = (store: TestStore['store']) => createSessions<Data>({ secret, store, autoClear: false })
type Sessions = ReturnType<typeof open>
type Session = Awaited<ReturnType<Sessions['getSession']>>

const resultOf = (promise: Promise<unknown>): Promise<StepResult> =>
  promise.then(
    (value) => ({ value }),
    (error: SessionError) => ({ code: error.code }),
  )

// In a cookie store, two session objects share no row, and the last cookie replaces the other (docs/cookie-store.md).
describe.each(Object.keys(implementations).filter((name) => name !== 'cookie'))(
  'two session objects of one row, %s',
  (storeName) => {
    let under: TestStore
    let sessions: Sessions
    beforeAll(async () => {
      under = await (implementations[storeName]?.() as Promise<TestStore>)
      sessions = open(under.store)
    })
    afterAll(() => under.close())

    function call(session: Session, one: Call, run: number): Promise<unknown> {
      switch (one.do) {
        case 'set':
          return session.set(one.values)
        case 'delete':
          return session.delete(one.keys)
        case 'pop':
          return session.pop(one.key, 'fallback')
        case 'setDefault':
          return session.setDefault(one.key, one.value)
        case 'count':
        case 'rename':
          return session.update((draft) => {
            const after = updated({ ...draft } as Data, one.do, one.key)
            for (const key of Object.keys(draft)) if (!Object.hasOwn(after, key)) delete draft[key]
            Object.assign(draft, after)
          })
        case 'login':
          return session.login(`${one.user} ${run}`)
        case 'setExpiry':
          return session.setExpiry(one.rule && expiries[one.rule])
        default:
          return session[one.do]()
      }
    }

    function expectView(session: Session, { row, isNew, pending }: View, run: number): void {
      const data = visible(row?.data ?? {})
      expect(session.data).toEqual(data)
      expect([...session.keys()].sort()).toEqual(Object.keys(data).sort())
      expect(Object.fromEntries(session.keys().map((key) => [key, session.get(key)]))).toEqual(data)
      expect([session.id !== null, session.isNew, session.isEmpty, session.has('_reserved')]).toEqual([
        row !== null,
        isNew,
        Object.keys(data).length === 0,
        false,
      ])
      expect(session.userId).toBe(row && row.userId !== null ? `${row.userId} ${run}` : null)
      expect(session.testCookieWorked()).toBe(row?.data._test_cookie === 'worked')
      expect(session.expiresAtBrowserClose).toBe((row ? row.rule : pending) === 'close')
    }

    /** Opens a request for each browser and runs `act` while both are open. */
    async function inTwoRequests(browsers: Readonly<Record<'a' | 'b', FakeBrowser>>, act: (open: Open) => Promise<void>) {
      const opened = async () => ({ session: await sessions.getSession(), within: AsyncLocalStorage.snapshot() })
      await browsers.a.visit(async () => {
        const a = await opened()
        await browsers.b.visit(async () => act({ a, b: await opened() }))
      })
    }
    type Open = Readonly<Record<'a' | 'b', { session: Session; within: <T>(fn: () => T) => T }>>

    async function step(open: Open, model: SessionModel, next: Step, run: number): Promise<void> {
      if ('revoke' in next) {
        const { credential } = model.views[next.revoke]
        const { id } = open[next.revoke].session
        if (credential) model.rows.delete(credential.id)
        if (id) await sessions.revoke(id)
        return
      }
      const { session, within } = open[next.who]
      const results = await within(() => Promise.all(next.calls.map((one) => resultOf(call(session, one, run)))))
      expect(results).toEqual(model.run(model.views[next.who], next.calls))
    }

    it(
      'two session objects of one row behave like the model in every random sequence of calls',
      async () => {
        const property = fc.asyncProperty(fc.boolean(), steps, async (withRow, all) => {
          const run = ++lastRun
          const model = new SessionModel(withRow ? { k: 0 } : null, under.dropsExpired ?? false)
          const first = new FakeBrowser()
          if (withRow) await first.visit(async () => (await sessions.getSession()).set('k', 0))
          const browsers = { a: first, b: first.copy() }
          await inTwoRequests(browsers, async (open) => {
            for (const next of all) {
              await step(open, model, next, run)
              for (const who of ['a', 'b'] as const) expectView(open[who].session, model.views[who], run)
            }
          })
          for (const who of ['a', 'b'] as const) {
            const { cookie } = model.views[who]
            const row = model.find(cookie)
            const fresh = await browsers[who].visit(sessions.getSession)
            expectView(fresh, { ...model.views[who], row, isNew: !row, pending: null }, run)
            expect(browsers[who].token === '').toBe(cookie === null)
          }
        })
        const count = { memory: 300, 'drizzle on pglite': 25 }[storeName] ?? 60
        const examples = [
          [false, setDefaultOfADeletedSession],
          [true, loginAfterARevocation],
        ] satisfies [boolean, readonly Step[]][]
        await fc.assert(property, { ...runs(count), examples })
      },
      propertyTimeout,
    )
  },
)
