import type { SessionError } from 'coatcheck'
import { expect, it } from 'vitest'
import { FakeBrowser } from '../../test/browser'
import { codeOf, describeSessions } from '../../test/describe-sessions'

describeSessions('the data of a session', ({ make }) => {
  const invalid: readonly [string, unknown, string][] = [
    ['undefined', undefined, 'DATA_INVALID'],
    ['NaN', Number.NaN, 'DATA_INVALID'],
    ['a bigint', 1n, 'DATA_INVALID'],
    ['a function', () => 1, 'DATA_INVALID'],
    ['a symbol', Symbol('s'), 'DATA_INVALID'],
    ['a Date', new Date(), 'DATA_INVALID'],
    ['a Map', new Map(), 'DATA_INVALID'],
    ['an object with undefined', { a: undefined }, 'DATA_INVALID'],
    ['an array with a hole', Object.assign([1], { 2: 3 }), 'DATA_INVALID'],
    ['an array with a hole and a named property', Object.assign(Object.assign([1], { length: 2 }), { name: 1 }), 'DATA_INVALID'],
    ['an array with a symbol key', Object.assign([1], { [Symbol('s')]: 1 }), 'DATA_INVALID'],
    ['an array with a named property', Object.assign([1], { name: 2 }), 'DATA_INVALID'],
    ['a symbol key', { [Symbol('s')]: 1 }, 'DATA_INVALID'],
    ['NUL', 'a\u0000b', 'DATA_INVALID'],
    ['NUL in a key', { 'a\u0000b': 1 }, 'DATA_INVALID'],
    ['a lone surrogate', '\ud83d', 'DATA_INVALID'],
    ['a __proto__ key', JSON.parse('{"__proto__": 1}'), 'DATA_INVALID'],
    ['a toJSON method', { toJSON: () => 1 }, 'DATA_INVALID'],
    ['more than 64 KiB', 'x'.repeat(65_536), 'DATA_TOO_LARGE'],
    ['numbers with a long decimal text', Array.from({ length: 300 }, () => 1e308), 'DATA_TOO_LARGE'],
  ]
  it.each(invalid)('a set that contains %s is rejected as a whole, and the error names the key', async (_, value, code) => {
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

  it('a cycle and 101 levels of nesting are rejected, but 100 levels are stored', async () => {
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

  it('every JSON value is read back equal, with -0 as 0', async () => {
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

  it('every method rejects a key that cannot be stored, and a valid set in the same batch still succeeds', async () => {
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
    const expected = ['resolved', 'DATA_INVALID', 'DATA_INVALID', 'DATA_INVALID']
    expect(codes).toEqual([expected, { '\ufffd': 1, b: 1 }, 'DATA_INVALID', 'DATA_INVALID'])
    expect(await list({ search: '\u0000' })).toEqual([])
  })

  it('the size limit counts the data after the earlier writes of the queue, not the data that was read', async () => {
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

  it('a session that exceeds a lowered maxBytes accepts each write that makes it smaller', async () => {
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

  it('update deletes a key that every object inherits, such as constructor', async () => {
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

  it('a session cannot grow beyond maxBytes in several writes, but a full session can shrink', async () => {
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

  it('a key that starts with an underscore is reserved: no method writes, reads or deletes it', async () => {
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
