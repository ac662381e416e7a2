import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { chromium, type Page } from 'playwright/test'
import { query } from '../test/postgres'
import { becomeUser, expect } from './fixtures'
import { entry, logIn, sessionCookie, setKey } from './flows'
import type { Fault } from './https-proxy'
import {
  boundLogin,
  deleteProof,
  devicePath,
  expectBound,
  expectUser,
  launchOptions,
  renewals,
  type SecureApp,
  send,
  test,
} from './secure-app'
import { Visitor } from './visitor'

test('an action with a file whose proof has expired waits for a new proof, and the server receives the whole file', async ({
  secure,
}) => {
  const { page, context } = await boundLogin(secure)
  await page.goto('/')
  // The form's other fields follow the file in the request, so the action sees them only if all of the file has arrived.
  await page.getByLabel('Key', { exact: true }).evaluate((field) => {
    const input = Object.assign(document.createElement('input'), { type: 'file', name: 'file' })
    const files = new DataTransfer()
    files.items.add(new File([new Uint8Array(300_000)], 'zeros'))
    input.files = files.files
    field.closest('form')?.prepend(input)
  })
  const before = renewals(secure)
  secure.proxy.fail(devicePath, 'hold')
  await deleteProof(page)
  await setKey(page, 'name', 'Ada')
  await expect.poll(() => secure.proxy.pending(devicePath)).toBe(1)
  secure.proxy.fail(devicePath, null)
  await expect(entry(page, 'name')).toBeVisible()
  expect(renewals(secure) - before).toBe(1)
  expect(Math.max(...secure.proxy.received('/')), 'bytes of the action').toBeGreaterThan(300_000)
  await context.close()
})

test('while the device handler closes its connections, a write creates no session, and the login survives', async ({ secure }) => {
  const { page, context } = await boundLogin(secure)
  await survives(secure, page, 'close')
  await context.close()
})

// Chromium waits for 20 seconds.
test('while the device handler never responds, a write creates no session, and the login survives', { tag: '@long' }, async ({
  secure,
}) => {
  const { page, context } = await boundLogin(secure)
  const startedAt = performance.now()
  await survives(secure, page, 'hold')
  expect(performance.now() - startedAt).toBeLessThan(60_000)
  await context.close()
})

test('a slow device handler delays a request, which then has its session', async ({ secure }) => {
  const { page, context } = await boundLogin(secure)
  secure.proxy.fail(devicePath, 'hold')
  await deleteProof(page)
  const session = send(page, '/api/session', { method: 'GET' })
  await expect.poll(() => secure.proxy.pending(devicePath)).toBe(1)
  expect(secure.proxy.pending('/api/session'), 'the request is held in the browser').toBe(0)
  secure.proxy.fail(devicePath, null)
  expect((await session).json).toMatchObject({ userId: expect.any(String) })
  await context.close()
})

test('two documents that register two keys at once leave one bound session that can be renewed', async ({ secure }) => {
  const { browser, proxy, server } = secure
  const context = await browser.newContext({ baseURL: proxy.url })
  await becomeUser(new Visitor(server.url), context, 'demo')
  const pages = [await context.newPage(), await context.newPage()] as const
  const registrations = () => proxy.statuses(devicePath).length - proxy.statuses(devicePath, 'sec-secure-session-id').length
  const before = registrations()
  proxy.fail(devicePath, 'hold')
  for (const page of pages) await page.goto('/account')
  await expect.poll(() => proxy.pending(devicePath)).toBeGreaterThan(0)
  proxy.fail(devicePath, null)
  // Chromium registers keys one after the other: one for each invitation that it has received.
  await expect.poll(() => registrations() - before, 'keys').toBeGreaterThanOrEqual(2)
  for (const page of pages) await expectBound(secure, page)
  for (const page of pages) {
    await deleteProof(page)
    await page.goto('/account')
    await expectUser(page, 'demo')
  }
  await context.close()
})

test('if the response to a registration is lost, the next document registers another key', async ({ secure }) => {
  const { browser, proxy, server, databaseUrl } = secure
  const context = await browser.newContext({ baseURL: proxy.url })
  await becomeUser(new Visitor(server.url), context, 'demo')
  const page = await context.newPage()
  const boundKey = async () => {
    const [row] = await query(databaseUrl, 'select device_key as key from sessions order by id desc limit 1')
    return (row as { key: string | null }).key
  }
  proxy.fail(devicePath, 'lose')
  await page.goto('/account')
  await expect.poll(boundKey).toEqual(expect.any(String))
  const lost = await boundKey()
  proxy.fail(devicePath, null)
  await page.goto('/account')
  await expectBound(secure, page)
  expect(await boundKey()).not.toBe(lost)
  await deleteProof(page)
  await page.goto('/account')
  await expectUser(page, 'demo')
  await context.close()
})

test('a browser that was restarted renews its proof', async ({ secure }) => {
  const profile = await mkdtemp(path.join(tmpdir(), 'coatcheck-profile-'))
  const start = () =>
    chromium.launchPersistentContext(profile, { ...launchOptions(secure.proxy.keyHash), baseURL: secure.proxy.url })
  const first = await start()
  const page = await first.newPage()
  await page.goto('/login')
  await logIn(page, 'demo')
  await expectUser(page, 'demo')
  await expectBound(secure, page)
  await first.close()
  const second = await start()
  const restored = await second.newPage()
  await restored.goto('/icon.svg')
  const before = renewals(secure)
  await deleteProof(restored)
  await restored.goto('/account')
  await expectUser(restored, 'demo')
  expect(renewals(secure) - before).toBe(1)
  await second.close()
  await rm(profile, { recursive: true, force: true })
})

// Prints a number for bench/README.md.
test('a request that is held for a new proof takes less than a second longer', { tag: '@long' }, async ({ secure }) => {
  const { page, context } = await boundLogin(secure)
  const request = () =>
    page.evaluate(async () => {
      const startedAt = performance.now()
      await (await fetch('/api/session')).text()
      return performance.now() - startedAt
    })
  const times = { held: [] as number[], proven: [] as number[] }
  for (let round = 0; round < 30; round++) {
    await deleteProof(page)
    times.held.push(await request())
    times.proven.push(await request())
  }
  const [held, proven] = [times.held, times.proven].map((each) => each.sort((a, b) => a - b)[15] ?? 0) as [number, number]
  console.log(`A held request takes ${held.toFixed(1)} ms, one with a proof ${proven.toFixed(1)} ms (medians of 30).`)
  expect(held - proven).toBeLessThan(1000)
  await context.close()
})

/** Expects that a write during the fault changes neither the sessions nor the cookie, and that the session is usable after it. */
async function survives({ server, proxy, databaseUrl }: SecureApp, page: Page, fault: Fault): Promise<void> {
  const before = await sessionCookie(page.context())
  const stored = () => query(databaseUrl, 'select id from sessions order by id')
  const storedBefore = await stored()
  proxy.fail(devicePath, fault)
  await deleteProof(page)
  const write = { method: 'PATCH', body: '{"a": 1}' }
  expect((await send(page, '/api/session', write)).status, 'the write').toBe(503)
  expect(await stored()).toEqual(storedBefore)
  expect((await sessionCookie(page.context()))?.value).toBe(before?.value)
  expect(server.complaints(), 'in its log').toEqual([expect.stringContaining('DEVICE_UNPROVEN')])
  proxy.fail(devicePath, null)
  const user = async () => (await send(page, '/api/session', { method: 'GET' })).json
  await expect.poll(user, { intervals: [50] }).toMatchObject({ userId: expect.any(String) })
  expect(await send(page, '/api/session', write)).toMatchObject({ status: 200, json: { userId: expect.any(String) } })
  await page.goto('/account')
  await expectUser(page, 'demo')
}
