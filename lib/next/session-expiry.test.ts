import { expect, it } from 'vitest'
import { FakeBrowser } from '../../test/browser'
import { codeOf, describeSessions } from '../../test/describe-sessions'

describeSessions('the expiry of a session', ({ rule, make, elapse, onServer }) => {
  it('a session expires maxAge after its last activity', async () => {
    const { getSession } = make({ maxAge: '1h' })
    const browser = new FakeBrowser()
    await browser.visit(async () => (await getSession()).set('a', 1))
    await elapse(3599)
    expect(await browser.visit(async () => (await getSession()).get('a'))).toBe(1)
    await elapse(2)
    expect(await browser.visit(async () => (await getSession()).id)).toBeNull()
  })

  rule('reading-moves-only-last-seen')(
    'a read extends the expiry only with rolling, but advances lastSeenAt either way',
    async () => {
      const idle = async (rolling: boolean) => {
        const { getSession } = make({ maxAge: 1000, rolling })
        const browser = new FakeBrowser()
        await browser.visit(async () => (await getSession()).set('a', 1))
        await elapse(600)
        await browser.visit(async () => (await getSession()).get('a'))
        const seen = await browser.visit(async () => (await getSession()).lastSeenAt?.getTime())
        await elapse(600)
        return [typeof seen, await browser.visit(async () => (await getSession()).get('a'))]
      }
      expect(await idle(false)).toEqual(['number', undefined])
      expect(await idle(true)).toEqual(['number', 1])
    },
  )

  it('no activity extends a session beyond absoluteMaxAge, which starts again at login', async () => {
    const { getSession } = make({ maxAge: 1000, absoluteMaxAge: 1500 })
    const browser = new FakeBrowser()
    await browser.visit(async () => (await getSession()).set('n', 1))
    await elapse(800)
    await browser.visit(async () => (await getSession()).login('u'))
    await elapse(800)
    expect(await browser.visit(async () => (await getSession()).set('n', 2))).toBeUndefined()
    await elapse(800)
    expect(await browser.visit(async () => (await getSession()).id)).toBeNull()
  })

  it('anonymousMaxAge is the idle lifetime of a session without a user, and a login starts maxAge', async () => {
    const { getSession } = make({ maxAge: '1h', anonymousMaxAge: 60 })
    const browser = new FakeBrowser()
    const ages = await browser.visit(async () => {
      const session = await getSession()
      const unsaved = session.expiryAge
      await session.set('a', 1)
      return [unsaved, session.expiryAge]
    })
    expect(ages).toEqual([60, 60])
    await elapse(50)
    await browser.visit(async () => (await getSession()).set('a', 2))
    await elapse(50)
    await browser.visit(async () =>
      (await getSession()).update((draft) => {
        draft.a = 3
      }),
    )
    await elapse(50)
    expect(await browser.visit(async () => (await getSession()).get('a'))).toBe(3)
    await browser.visit(async () => {
      const session = await getSession()
      await session.login('u')
      expect(session.expiryAge).toBe(3600)
    })
    await elapse(600)
    expect(await browser.visit(async () => (await getSession()).get('a'))).toBe(3)
    await browser.visit(async () => {
      const session = await getSession()
      await session.set('a', 4)
      expect(session.expiryAge).toBe(3600)
    })
  })

  it('a session without a user expires after anonymousMaxAge, unless it has its own expiry', async () => {
    const { getSession } = make({ maxAge: '1h', anonymousMaxAge: 60 })
    const [usual, own] = [new FakeBrowser(), new FakeBrowser()]
    await usual.visit(async () => (await getSession()).set('a', 1))
    await own.visit(async () => {
      const session = await getSession()
      await session.set('a', 1)
      await session.setExpiry(300)
    })
    await elapse(61)
    expect(await usual.visit(async () => (await getSession()).id)).toBeNull()
    expect(await own.visit(async () => (await getSession()).get('a'))).toBe(1)
  })

  rule('reading-moves-only-last-seen')('under rolling, a read extends a session without a user by anonymousMaxAge', async () => {
    const { getSession } = make({ maxAge: '1h', anonymousMaxAge: 60, rolling: true })
    const browser = new FakeBrowser()
    await browser.visit(async () => (await getSession()).set('a', 1))
    await elapse(50)
    await browser.visit(async () => (await getSession()).get('a'))
    const age = await browser.visit(async () => (await getSession()).expiryAge)
    expect(age).toBeGreaterThan(50)
    expect(age).toBeLessThanOrEqual(60)
  })

  it('a session that is older than a lowered absoluteMaxAge is rejected', async () => {
    const browser = new FakeBrowser()
    await browser.visit(async () => (await make().getSession()).login('u'))
    await elapse(800)
    const strict = make({ absoluteMaxAge: 500 })
    expect(await browser.visit(async () => (await strict.getSession()).userId)).toBeNull()
    expect(await browser.visit(async () => (await make({ absoluteMaxAge: 1000 }).getSession()).userId)).toBe('u')
  })

  it('setExpiry before the first write applies to the session that the write creates, and null restores the default', async () => {
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

  it('setExpiry(0) sends a cookie without Max-Age, and the row keeps its default lifetime', async () => {
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
    'by default the cookie lives much longer than the row, so a read never has to renew the cookie',
    async () => {
      const { getSession } = make()
      const { setCookies } = await new FakeBrowser().request(async () => (await getSession()).set('a', 1))
      expect(setCookies[0]?.maxAge).toBeGreaterThan(399 * 86_400)
      expect(setCookies[0]?.maxAge).toBeLessThanOrEqual(400 * 86_400)
    },
  )

  it('setExpiry with a Date lets the row and the cookie expire at that time', async () => {
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

  it.each([-1, -0.5, '-1s', new Date(0)])('setExpiry with the past time %j deletes the session', async (past) => {
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
  ])('setExpiry rejects the invalid value %j', async (bad) => {
    const { getSession } = make()
    expect(await codeOf(new FakeBrowser().visit(async () => (await getSession()).setExpiry(bad as number)))).toBe('DATA_INVALID')
  })

  it('a visitor whose session has expired is anonymous and gets neither a row nor a cookie', async () => {
    const { getSession, count } = make({ maxAge: 100 })
    const browser = new FakeBrowser()
    await browser.visit(async () => (await getSession()).set('a', 1))
    await elapse(101)
    const before = await onServer(count(), 0)
    const { value, setCookies } = await browser.request(async () => (await getSession()).id)
    expect([value, setCookies, await onServer(count(), 0)]).toEqual([null, [], before])
  })
})
