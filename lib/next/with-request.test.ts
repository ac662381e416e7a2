import { createSessions } from 'coatcheck'
import { memoryStore, withRequest } from 'coatcheck/testing'
import { expect, it } from 'vitest'

it('after() callbacks run though the function throws, as in Next, and a redirect that is caught inside shows its cookies', async () => {
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
  expect(value).toBe('NEXT_REDIRECT;replace;/login;307;')
  now += 600_000
  await expect(withRequest({ cookies }, () => requireUser())).rejects.toMatchObject({ digest: value })
  const seen = await withRequest({ cookies }, async () => (await getSession()).lastSeenAt?.getTime())
  expect(seen.value).toBe(now)
})
