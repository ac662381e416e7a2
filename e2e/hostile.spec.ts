import fc from 'fast-check'
import { createDatabase, query } from '../test/postgres'
import { startCountingProxy } from './counting-proxy'
import { expect, test } from './fixtures'
import { type HostileRequest, marker } from './hostile/common'
import { forgeToken } from './hostile/forge'
import { inspect } from './hostile/inspector'
import { hostileRequest } from './hostile/requests'
import { createSender, type HostileResponse } from './hostile/sender'
import { randomSecret, startServer } from './server'
import { Visitor } from './visitor'

const count = Number(process.env.HOSTILE_REQUESTS ?? (process.env.TEST_ALL ? 20_000 : 1_000))
const seed = Number(process.env.HOSTILE_SEED ?? 20_260_101)
const atOnce = 16
const mebibyte = 2 ** 20

test('hostile requests cause no status 500, no row, no statement, no memory leak and no output', async ({ postgresUrl }) => {
  test.setTimeout(900_000)
  const databaseUrl = await createDatabase(postgresUrl)
  const database = await startCountingProxy(databaseUrl)
  const env = { DATABASE_DRIVER: 'pg', DATABASE_URL: database.url, NODE_OPTIONS: '--inspect=127.0.0.1:0' }
  const server = await startServer({ env })
  const inspector = await inspect(addressIn(server.complaints()))
  const visitor = new Visitor(server.url)
  await visitor.patch({ name: 'Ada' })

  // Proves that the proxy counts statements: a token with a valid MAC is looked up, although its session does not
  // exist.
  const unknown = new Visitor(server.url, `__Host-session=${forgeToken(server.secret)}`)
  const before = database.statements.length
  expect((await unknown.get('/api/session')).json).toMatchObject({ id: null })
  expect(database.statements.slice(before)).toEqual([expect.stringMatching(/^select .* from "sessions"/s)])

  const foreign = [forgeToken(randomSecret()), forgeToken(server.secret, 'session'), forgeToken('')]
  const material = { token: visitor.token, foreign, actionIds: await actionIdsOf(visitor) }
  const requests = fc.sample(hostileRequest(material), { numRuns: count, seed })
  const [warmUp, rest] = [requests.slice(0, count / 3), requests.slice(count / 3)]
  const statements = database.statements.length

  const started = performance.now()
  const oddities = await sendAll(server.url, warmUp)
  const heapBefore = await inspector.heapKept()
  oddities.push(...(await sendAll(server.url, rest)))
  const heapAfter = await inspector.heapKept()
  const seconds = (performance.now() - started) / 1000
  const statistics = `${Math.round(count / seconds)}/s, heap ${(heapBefore / mebibyte).toFixed(1)} then ${(heapAfter / mebibyte).toFixed(1)} MiB`
  test.info().annotations.push({ type: 'statistics', description: statistics })

  expect.soft(oddities.slice(0, 5), 'wrong responses').toEqual([])
  expect.soft(database.statements.slice(statements), 'statements for hostile requests').toEqual([])
  expect.soft(await query(databaseUrl, 'select data from sessions')).toEqual([{ data: { name: 'Ada' } }])
  expect.soft(heapAfter - heapBefore, 'heap growth during two thirds of the requests').toBeLessThan(10 * mebibyte)
  expect.soft((await visitor.get('/api/session')).json).toMatchObject({ data: { name: 'Ada' } })
  inspector.close()
  await server.stop()
  expectDiscretion(server.complaints(), [
    marker,
    server.secret,
    visitor.token,
    ...visitor.token.split('.').filter((part) => part.length > 16),
  ])
  await database.close()
})

/** The lines that Next and React print for requests that they reject themselves. */
const printedByNext = [
  /Server Reference ID did not match the expected format/,
  /Failed to find Server Action/,
  /Invalid Server Actions request/,
  /Invariant: Missing 'next-action' header/,
  /'TRACE' HTTP method is unsupported/,
  /TypeError: Invalid URL/,
  /is not valid JSON|Unexpected end of JSON input/,
  /Connection closed/,
  // A client that closes the connection before its body is complete.
  /^Error: aborted/,
]

/** Expects that the server printed no errors except those of Next, and no text in `hidden`. */
function expectDiscretion(log: readonly string[], hidden: readonly string[]): void {
  const errors = log.filter((line) => /^\S* ?\w*Error\b|coatcheck|database:/.test(line))
  expect.soft(errors.filter((line) => !printedByNext.some((pattern) => pattern.test(line)))).toEqual([])
  for (const word of hidden) expect.soft(log.join('\n')).not.toContain(word)
}

/** Sends all requests, several in parallel. Returns descriptions of the wrong responses. */
async function sendAll(url: string, requests: readonly HostileRequest[]): Promise<string[]> {
  const sender = createSender(url, atOnce)
  const oddities: string[] = []
  const queue = requests.values()
  const work = async () => {
    for (const request of queue) {
      const response = await sender.send(request)
      if (isOdd(request, response)) oddities.push(describeOdd(request, response))
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  sender.close()
  return oddities
}

function isOdd({ kind, path, refusedByNext }: HostileRequest, { status, text, setCookie, location }: HostileResponse): boolean {
  const wrongStatus = (status >= 500 && !refusedByNext) || (status === 0 && kind !== 'raw')
  const letIn = text.includes('Hello ') || (status === 200 && /^\/(account|admin)/.test(path) && text.includes('<h1>'))
  return wrongStatus || letIn || setCookie.length > 0 || /^(https?:)?\/\/evil/.test(location)
}

function describeOdd(
  { kind, method, path, headers, body = '' }: HostileRequest,
  { status, setCookie, location }: HostileResponse,
): string {
  return JSON.stringify([kind, status, method, path.slice(0, 80), headers, body.slice(0, 200), setCookie, location])
}

/** Returns the ids of the actions in the forms of the pages. */
async function actionIdsOf(visitor: Visitor): Promise<string[]> {
  const pages = await Promise.all(['/', '/shop', '/login'].map((path) => visitor.get(path)))
  const ids = pages.flatMap(({ text }) => [...text.matchAll(/\$ACTION_ID_([0-9a-f]+)/g)].map(([, id = '']) => id))
  expect(ids.length).toBeGreaterThan(5)
  return [...new Set(ids)]
}

/** Returns the address of the inspector, which Node prints when it starts. */
function addressIn(lines: readonly string[]): string {
  return lines.map((line) => /ws:\S+/.exec(line)?.[0]).find((address) => address !== undefined) ?? ''
}
