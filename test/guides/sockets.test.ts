import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { sessions } from '../../docs/examples/app/sessions'
import { acceptSockets } from '../../docs/examples/app/sockets'
import { headerOf } from '../adopt/old-app'
import { FakeBrowser } from '../browser'

vi.hoisted(() => {
  process.env.SESSION_SECRET = 'a secret for tests, 32 characters'
})

describe('docs/websockets.md', () => {
  const server = createServer()
  let host: string
  let cookie: string
  beforeAll(async () => {
    acceptSockets(server, 10)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    host = `127.0.0.1:${(server.address() as AddressInfo).port}`
    const browser = new FakeBrowser()
    await browser.visit(async () => (await sessions.getSession()).login('7'))
    cookie = headerOf(browser.cookies)
  })
  afterAll(() => {
    server.close()
  })

  const connect = (headers: Record<string, string>) => new WebSocket(`ws://${host}/socket`, { headers })
  /** Returns the status with which the server refuses the handshake. */
  const refusal = async (headers: Record<string, string>) => {
    const [, response] = await once(connect(headers), 'unexpected-response')
    return response.statusCode
  }

  it('the server refuses an anonymous visitor with 401 and a page of another site with 403', async () => {
    expect(await refusal({})).toBe(401)
    expect(await refusal({ cookie, origin: 'https://evil.example' })).toBe(403)
  })

  it('the server accepts a logged-in user, and closes the socket soon after the session is revoked', async () => {
    const socket = connect({ cookie, origin: `http://${host}` })
    const [hello] = await once(socket, 'message')
    expect(String(hello)).toBe('Hello 7')
    const closed = once(socket, 'close')
    await sessions.revokeUser('7')
    const [code, reason] = await closed
    expect([code, String(reason)]).toEqual([4401, 'logged out'])
  })
})
