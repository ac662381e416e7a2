import { createSessions } from 'coatcheck'
import { memoryStore, withRequest } from 'coatcheck/testing'
import { expect, it, vi } from 'vitest'

const secret = 'a secret for tests, 32 characters'

it('a Secure cookie over plain http logs one warning with the remedy, but none on localhost, over https or without Secure', async () => {
  const warn = vi.mocked(console.warn).mockImplementation(() => {})
  const write = (headers: Record<string, string>, secure = true) => {
    const { getSession } = createSessions<{ a: number }>({ secret, store: memoryStore(), cookie: { secure } })
    return withRequest({ headers }, async () => (await getSession()).set('a', 1))
  }
  await write({ host: 'localhost:3000', 'x-forwarded-proto': 'http' })
  await write({ host: 'shop.example', 'x-forwarded-proto': 'https' })
  await write({ host: 'shop.example', 'x-forwarded-proto': 'http' }, false)
  expect(warn).not.toHaveBeenCalled()
  await write({ host: 'shop.example', 'x-forwarded-proto': 'http' })
  await write({ host: 'shop.example', 'x-forwarded-proto': 'http' })
  expect(warn.mock.calls).toEqual([
    [expect.stringMatching(/__Host-session is Secure.*X-Forwarded-Proto: https.*cookie\.secure to false/)],
  ])
  warn.mockClear()
})

it('a cookie.domain that is not the host of the request or a parent of it logs one warning with the remedy', async () => {
  const warn = vi.mocked(console.warn).mockImplementation(() => {})
  const write = (domain: string, host: string) => {
    const { getSession } = createSessions<{ a: number }>({ secret, store: memoryStore(), cookie: { domain } })
    return withRequest({ headers: { host } }, async () => (await getSession()).set('a', 1))
  }
  for (const [domain, host] of [
    ['shop.example', 'shop.example'],
    ['.shop.example', 'www.shop.example:3000'],
    ['Shop.example', 'a.b.SHOP.example'],
    ['shop.example', 'localhost'], // withRequest
  ] as const) {
    await write(domain, host)
  }
  expect(warn).not.toHaveBeenCalled()
  await write('shop.example', 'myshop.example')
  await write('shop.example', 'localhost:3000')
  expect(warn.mock.calls).toEqual([
    [
      expect.stringMatching(
        /cookie\.domain is "shop\.example".*"myshop\.example".*Browsers drop the cookie.*leave cookie\.domain out/,
      ),
    ],
  ])
  warn.mockClear()
})
