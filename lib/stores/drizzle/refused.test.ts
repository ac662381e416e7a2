import { createServer } from 'node:net'
import { drizzle } from 'drizzle-orm/node-postgres'
import { Pool } from 'pg'
import { expect, it } from 'vitest'
import { aSession, policy } from '../contract/tools.ts'
import { drizzleStore } from './store.ts'

/** Returns a port on which no server listens. */
async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port.')
  return address.port
}

const refused = { code: 'STORE_FAILED', outcome: 'none', cause: { code: 'ECONNREFUSED', constraint: null } }

it('a write whose connection is refused rejects with the outcome none, because nothing was sent', async () => {
  const pool = new Pool({ connectionString: `postgresql://localhost:${await closedPort()}/x` })
  await expect(drizzleStore(drizzle(pool)).create(aSession(), policy)).rejects.toMatchObject(refused)
  await pool.end()
})

it('a write that every address of a host refuses rejects with the outcome none', async () => {
  // Node throws this error for a localhost with the addresses ::1 and 127.0.0.1.
  const one = Object.assign(new Error(), { code: 'ECONNREFUSED' })
  const error = Object.assign(new AggregateError([one, one]), { code: 'ECONNREFUSED' })
  const pool = new Pool()
  pool.connect = () => Promise.reject(error)
  pool.query = () => Promise.reject(error)
  await expect(drizzleStore(drizzle(pool)).create(aSession(), policy)).rejects.toMatchObject(refused)
})
