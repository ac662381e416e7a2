import { createSessions, type ServerOptions } from 'coatcheck'
import { memoryStore, withRequest } from 'coatcheck/testing'
import { expect, it } from 'vitest'

it('withRequest runs after() callbacks even if the function throws, and returns the cookies of a function that catches a redirect', async () => {
  let now = Date.now()
  const store = memoryStore({ now: () => now })
  const { getSession, requireUser } = createSessions<{ a: number }>({
    secret: 'a secret for tests, 32 characters',
    store,
    rolling: true,
  })
  const { value, cookies } = await withRequest({}, async () => {
    const session = await getSession()
    await session.set('a', 1)
    return requireUser().catch((redirect: { digest: string }) => redirect.digest)
  })
  expect(value).toBe('NEXT_REDIRECT;replace;/login;303;')
  now += 600_000
  await expect(withRequest({ cookies }, () => requireUser())).rejects.toMatchObject({ digest: value })
  const seen = await withRequest({ cookies }, async () => (await getSession()).lastSeenAt?.getTime())
  expect(seen.value).toBe(now)
})

it('withRequest sends the cookies in the header, where the option adopt reads them', async () => {
  const adopt: ServerOptions['adopt'] = ({ cookies }) => ({ userId: cookies.get('old')?.value ?? null, cookie: 'old' })
  const { getSession } = createSessions({ secret: 'a secret for tests, 32 characters', store: memoryStore(), adopt })
  const { value, cookies } = await withRequest({ cookies: { old: 'Zoë' } }, async () => (await getSession()).userId)
  expect([value, Object.keys(cookies)]).toEqual(['Zoë', ['session']])
})
