import { createSessions } from 'coatcheck'
import { type RedisClient, redisStore } from 'coatcheck/redis'
import { expect, it } from 'vitest'
import { FakeBrowser } from '../../../test/browser'
import { freshPrefix, redisClient } from '../../../test/redis-stores'

it('what docs/stores.md says of trips to Redis', async () => {
  const client = redisClient()
  let trips = 0
  const counting: RedisClient = {
    get isOpen() {
      return client.isOpen
    },
    connect: () => client.connect(),
    on: (event, listener) => client.on(event, listener),
    eval: (script, input) => client.eval(script, input),
    evalSha: (sha1, input) => {
      trips++
      return client.evalSha(sha1, input)
    },
  }
  const { getSession } = createSessions<{ a: number }>({
    secret: 'a secret for tests, 32 characters',
    store: redisStore(counting, { prefix: freshPrefix() }),
    autoClear: false,
  })
  type Visit = (session: Awaited<ReturnType<typeof getSession>>) => unknown
  const tripsOf = (browser: FakeBrowser, visit: Visit) =>
    browser.visit(async () => {
      const session = await getSession()
      trips = 0
      await visit(session)
      return trips
    })
  const browser = new FakeBrowser()
  expect(await tripsOf(browser, (session) => session.set('a', 1)), 'first write').toBe(2)
  expect(await tripsOf(browser, (session) => session.set('a', 2)), 'write').toBe(1)
  expect(await tripsOf(browser, (session) => session.cycleKey()), 'rotation').toBe(1)
  expect(await tripsOf(browser, (session) => session.login('u')), 'login').toBe(4)
  const late = tripsOf(new FakeBrowser(), (session) => session.login('u', { expiry: -5 }))
  expect(await late, 'login that has expired').toBeLessThanOrEqual(5)
  trips = 0
  await browser.visit(getSession)
  expect(trips, 'read').toBe(1)
  await new FakeBrowser({ session: `${browser.token}x` }).visit(getSession)
  expect(trips, 'stranger').toBe(1)
  client.destroy()
})
