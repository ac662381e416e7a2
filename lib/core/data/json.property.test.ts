import { inspect } from 'node:util'
import { createSessions, type SessionError } from 'coatcheck'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FakeBrowser } from '../../../test/browser'
import { buried, keyName, nested, refusedAsAWhole, storable } from '../../../test/hostile-values'
import { propertyTimeout, runs } from '../../../test/property'
import { implementations, type TestStore } from '../../../test/stores'

type Data = Record<string, unknown>
const maxBytes = 20_000

/** Each of the other stores encodes values in the same way as one of these. */
const encodings = ['memory', 'drizzle on pglite', 'drizzle on pg', 'redis', 'cached, pg and redis']

describe.each(Object.keys(implementations).filter((name) => encodings.includes(name)))('any value, %s', (storeName) => {
  let under: TestStore
  beforeAll(async () => {
    under = await (implementations[storeName]?.() as Promise<TestStore>)
  })
  afterAll(() => under.close())

  const open = () =>
    createSessions<Data>({
      secret: 'a secret for tests, 32 characters',
      store: under.store,
      autoClear: false,
      maxBytes,
    }).getSession()
  type Session = Awaited<ReturnType<typeof open>>

  /** The ways to write a value to a session that contains only `kept`. */
  const writers: Readonly<Record<string, (session: Session, key: string, value: unknown) => Promise<unknown>>> = {
    set: (session, key, value) => session.set(key, value),
    'set of several keys': (session, key, value) => session.set({ good: 1, [key]: value }),
    setDefault: (session, key, value) => session.setDefault(key, value),
    update: (session, key, value) =>
      session.update((draft) => {
        draft.good = 1
        draft[key] = value
      }),
  }
  const writer = fc.constantFrom(...Object.keys(writers))

  /** Returns the error of a write, or null, and the data that is stored after it. */
  async function written(how: string, key: string, value: unknown) {
    const browser = new FakeBrowser()
    const error = await browser.visit(async () => {
      const session = await open()
      await session.set('kept', 1)
      const failure = await writers[how]?.(session, key, value).then(
        () => null,
        (error: SessionError) => error,
      )
      if (failure) expect(session.data).toEqual({ kept: 1 })
      return failure
    })
    return { error, stored: await browser.visit(async () => (await open()).data) }
  }

  it(
    'any value that JSON can express is read back equal, with -0 as 0',
    async () => {
      const property = fc.asyncProperty(writer, keyName, storable, async (how, key, value) => {
        const { error, stored } = await written(how, key, value)
        expect(error).toBeNull()
        const good = how === 'update' || how === 'set of several keys' ? { good: 1 } : {}
        expect(stored).toEqual(JSON.parse(JSON.stringify({ kept: 1, ...good, [key]: value })))
      })
      await fc.assert(property, runs(50))
    },
    propertyTimeout,
  )

  it(
    'a write with a part that JSON cannot express is rejected as a whole, with the path and without the value',
    async () => {
      const property = fc.asyncProperty(writer, keyName, buried, async (how, key, { value, path }) => {
        fc.pre(!(how === 'update' && value === undefined)) // in an update, undefined deletes the key
        const { error, stored } = await written(how, key, value)
        expect(stored).toEqual({ kept: 1 })
        expect(error).toMatchObject({ name: 'SessionError', code: 'DATA_INVALID' })
        const start = `${key}${path} `
        expect(error?.message.slice(0, start.length)).toBe(start)
        expect(inspect(error, { depth: null, showHidden: true })).not.toContain('VALUE-MARKER')
      })
      await fc.assert(property, runs(100))
    },
    propertyTimeout,
  )

  it.each(Object.keys(writers))('%s rejects a value that is cyclic, too deep or too wide', async (how) => {
    for (const { name, make, code } of refusedAsAWhole) {
      const { error, stored } = await written(how, 'key', make())
      expect([error?.code, stored], name).toEqual([code, { kept: 1 }])
      expect(error?.message, name).toMatch(/^(key|The session with this change) /)
    }
    expect((await written(how, 'key', nested(100))).stored.key).toEqual(nested(100))
  })

  it.each(['__proto__', 'a\u0000', '\ud800', 5, null, undefined, Symbol('s'), {}])(
    'the key %j is rejected by every method that takes a key',
    async (key) => {
      const seen = await new FakeBrowser().visit(async () => {
        const session = await open()
        await session.set('kept', 1)
        const named = key as string
        const calls = [session.setDefault(named, 1), session.delete(named), session.delete(['kept', named]), session.pop(named)]
        const ways = typeof key === 'string' ? Object.values(writers).map((write) => write(session, key, 1)) : []
        const results = await Promise.allSettled([...calls, ...ways])
        return [new Set(results.map((result) => (result.status === 'rejected' ? result.reason.code : 'resolved'))), session.data]
      })
      expect(seen).toEqual([new Set(['DATA_INVALID']), { kept: 1 }])
    },
  )
})
