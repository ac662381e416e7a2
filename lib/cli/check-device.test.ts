import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createSessions } from 'coatcheck'
import { memoryStore } from 'coatcheck/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { runCommand } from '../../test/run-command'
import { checkDevice } from './check-device'

const app = { secret: 'a secret for tests, 32 characters', store: memoryStore(), deviceBinding: true }

/** Starts an app on loopback and returns its address. */
async function serve(listener: RequestListener): Promise<URL> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
}

async function findingFor(listener: RequestListener) {
  const { findings } = await checkDevice(app, await serve(listener))
  return findings.map(({ text, remedy }) => `${text.replace(/http:\/\/[^/]+/, '')} | ${remedy}`)
}

describe('check --url', () => {
  it('check accepts the response of the device handler', async () => {
    const handler = createSessions(app).deviceHandler()
    const found = await findingFor(async ({ method = '', url = '', headers }, outgoing) => {
      const copied = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)])
      const response = await handler(new Request(new URL(url, `http://${headers.host}`), { method, headers: copied }))
      outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(await response.text())
    })
    expect(found).toEqual(['/api/session/device responds | null'])
  })

  it('check reports a redirect, a missing route, a rate limit, a failing app and another page, each with a remedy', async () => {
    expect(await findingFor((_, response) => void response.writeHead(307, { location: '/login' }).end())).toEqual([
      expect.stringMatching(/^\/api\/session\/device redirects \(307\) to \/login \| Exclude the path/),
    ])
    const statusOf = (status: number) => findingFor((_, response) => void response.writeHead(status).end('<html>'))
    expect(await statusOf(404)).toEqual([expect.stringMatching(/responds with 404 \| Export the handler there/)])
    expect(await statusOf(429)).toEqual([expect.stringMatching(/responds with 429 \| .* rate limits/)])
    expect(await statusOf(503)).toEqual([expect.stringMatching(/responds with 503 \| The log of the app/)])
    expect(await statusOf(200)).toEqual([expect.stringMatching(/responds with 200, but not with the expected JSON \| /)])
  })

  it('check reports an app that does not respond', async () => {
    const { findings } = await checkDevice(app, new URL('http://127.0.0.1:1'))
    expect(findings).toMatchObject([{ text: expect.stringMatching(/does not respond/), remedy: expect.any(String) }])
  })

  it('check tests the path of the option, and nothing for an app without the option', async () => {
    const paths: (string | undefined)[] = []
    const url = await serve(({ url: path }, response) => {
      paths.push(path)
      response.end()
    })
    await checkDevice({ ...app, deviceBinding: { path: '/shop/device' } }, url)
    expect((await checkDevice({ ...app, deviceBinding: false }, url)).findings).toEqual([])
    expect(paths).toEqual(['/shop/device'])
    expect((await checkDevice(app, undefined)).findings, 'without --url').toMatchObject([{ skipped: true, remedy: null }])
  })

  it('check rejects a text that is not an address as wrong usage', async () => {
    const { code, stderr } = await runCommand(['check', '--url', 'shop.example'])
    expect([code, stderr]).toEqual([2, expect.stringContaining('https://shop.example')])
  })
})
