import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, it } from 'vitest'
import type { OpenDatabase } from '../../app/db'
import { drivers, freshDatabase } from '../../test/databases'
import { drizzleStore } from './drizzle/store.ts'
import { memoryStore } from './memory.ts'
import { type StoreUnderTest, storeContract } from './store-contract.ts'

describe('memory store', () => {
  let now = Date.now()
  const under: StoreUnderTest = {
    store: memoryStore({ now: () => now }),
    elapse: async (seconds) => {
      now += seconds * 1000
    },
  }
  it.each(storeContract)('$name', ({ run }) => run(under))
})

describe.each(Object.keys(drivers) as (keyof typeof drivers)[])('drizzle store on %s', (driver) => {
  let open: OpenDatabase
  beforeAll(async () => {
    open = await freshDatabase(driver)
  })
  afterAll(() => open.close())

  const elapse = async (seconds: number) => {
    const older = (column: string) => `${column} = ${column} - interval '${seconds} seconds'`
    const columns = ['created_at', 'authenticated_at', 'last_seen_at', 'expires_at', 'expiry_at'].map(older)
    await open.db.execute(sql.raw(`update sessions set ${columns.join(', ')}`))
  }
  it.each(storeContract)('$name', ({ run }) => run({ store: drizzleStore(open.db), elapse }))
  it.each(storeContract)('without prepared statements: $name', ({ run }) => run({ store: drizzleStore(open.db, { prepare: false }), elapse }))
})
