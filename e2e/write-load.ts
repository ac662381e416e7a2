import { randomUUID } from 'node:crypto'
import { expect } from 'playwright/test'
import { Visitor } from './visitor'

/** Clients that write until the server fails, and record each acknowledged write. */
export interface WriteLoad {
  /** Returns the number of acknowledged writes so far. */
  acknowledged(): number
  /** Resolves when every client has received an error from the server. */
  readonly ended: Promise<unknown>
  /** Reads every acknowledged write from the server at `url`, and returns those that are missing. */
  missing(url: string): Promise<string[]>
}

/** One session and the writes that were acknowledged to its clients. */
interface Ledger {
  readonly cookie: string
  increments: number
  readonly keys: Map<string, string>
  /** The write in progress. It may have been stored without an acknowledgement. */
  writing: readonly [key: string, value: string] | null
}

/** Creates `count` sessions. For each, three clients write in parallel: increments, keys, and new sessions. */
export async function startWriteLoad(url: string, count: number): Promise<WriteLoad> {
  const ledgers = await Promise.all(Array.from({ length: count }, () => begin(url)))
  const begun: Ledger[] = []
  let total = 0
  const until = async (write: () => Promise<boolean>) => {
    while (await write().catch(() => false)) total++
  }
  const clients = ledgers.flatMap((ledger) => [
    until(() => increment(url, ledger)),
    until(() => setKey(url, ledger)),
    until(async () => {
      begun.push(await begin(url))
      return true
    }),
  ])
  return {
    acknowledged: () => total,
    ended: Promise.all(clients),
    missing: async (at) => {
      const lists: string[][] = []
      for (const ledger of [...ledgers, ...begun]) lists.push(await missingOf(at, ledger))
      return lists.flat()
    },
  }
}

async function begin(url: string): Promise<Ledger> {
  const visitor = new Visitor(url)
  const value = randomUUID()
  const response = await visitor.patch({ first: value, n: 0 })
  expect(response.status).toBe(200)
  return { cookie: visitor.cookie, increments: 0, keys: new Map([['first', value]]), writing: null }
}

async function increment(url: string, ledger: Ledger): Promise<boolean> {
  const { status } = await new Visitor(url, ledger.cookie).post('/api/session/increment', { key: 'n', by: 1 })
  if (status === 200) ledger.increments++
  return status === 200
}

async function setKey(url: string, ledger: Ledger): Promise<boolean> {
  const [key, value] = [`key${ledger.keys.size % 50}`, randomUUID()]
  ledger.writing = [key, value]
  const { status } = await new Visitor(url, ledger.cookie).patch({ [key]: value })
  if (status === 200) ledger.keys.set(key, value)
  return status === 200
}

async function missingOf(url: string, { cookie, increments, keys, writing }: Ledger): Promise<string[]> {
  const { json, status } = await new Visitor(url, cookie).get('/api/session')
  const data = new Map(Object.entries(status === 200 ? dataOf(json) : {}))
  const n = data.get('n')
  const counted = n === increments || n === increments + 1 ? [] : [`${increments} increments, stored ${n}`]
  const lost = [...keys].filter(
    ([key, value]) => data.get(key) !== value && !(writing?.[0] === key && data.get(key) === writing[1]),
  )
  return [...counted, ...lost.map(([key]) => key)]
}

function dataOf(json: unknown): Record<string, unknown> {
  return typeof json === 'object' && json && 'data' in json ? Object(json.data) : {}
}
