import { createSessions } from 'coatcheck'
import { memoryStore } from 'coatcheck/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { FakeBrowser } from '../../test/browser'

const make = (options: Parameters<typeof memoryStore>[0]) =>
  createSessions<{ n: number }>({ secret: 'a secret for tests, 32 characters', store: memoryStore(options), autoClear: false })

describe('the memory store', () => {
  afterEach(() => vi.unstubAllEnvs())

  it('creating a session in production rejects unless allowInProduction is set', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    const write = (sessions: ReturnType<typeof make>) =>
      new FakeBrowser().visit(async () => (await sessions.getSession()).set('n', 1))
    await expect(write(make({}))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('allowInProduction'),
    })
    await write(make({ allowInProduction: true }))
  })

  it('above maxSessions, the session that was created first is deleted', async () => {
    const sessions = make({ maxSessions: 3 })
    const browsers = Array.from({ length: 4 }, () => new FakeBrowser())
    for (const [n, browser] of browsers.entries()) await browser.visit(async () => (await sessions.getSession()).set('n', n))
    const read = (browser: FakeBrowser) => browser.visit(async () => (await sessions.getSession()).get('n', -1))
    expect(await Promise.all(browsers.map(read))).toEqual([-1, 1, 2, 3])
    expect(await sessions.count()).toBe(3)
  })
})
