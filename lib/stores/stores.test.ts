import { drizzleStore } from 'coatcheck/drizzle'
import { storeContract } from 'coatcheck/testing'
import { afterAll, beforeAll, describe, it } from 'vitest'
import type { OpenDatabase } from '../../app/db'
import { freshDatabase, stores, type TestStore } from '../../test/databases'

describe.each(Object.keys(stores))('the store contract, %s', (name) => {
  let under: TestStore
  beforeAll(async () => {
    under = await (stores[name]?.() as Promise<TestStore>)
  })
  afterAll(() => under.close())
  it.each(storeContract)('$name', ({ run }) => run(under))
})

describe('the store contract, drizzle on pg without named statements', () => {
  let open: OpenDatabase
  beforeAll(async () => {
    open = await freshDatabase('pg')
  })
  afterAll(() => open.close())
  const timeless = storeContract.filter(({ run }) => !run.toString().includes('elapse'))
  it.each(timeless)('$name', ({ run }) =>
    run({ store: drizzleStore(open.db, { prepare: false }), elapse: () => Promise.reject(new Error('no clock')) }),
  )
})
