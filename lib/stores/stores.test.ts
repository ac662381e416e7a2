import { storeContract } from 'coatcheck/testing'
import { afterAll, beforeAll, describe } from 'vitest'
import { stores, type TestStore } from '../../test/databases'
import { itOn } from '../../test/exceptions'

describe.each(Object.keys(stores))('the store contract, %s', (name) => {
  let under: TestStore
  beforeAll(async () => {
    under = await (stores[name]?.() as Promise<TestStore>)
  })
  afterAll(() => under.close())
  const it = itOn(name)
  for (const { name: rule, run } of storeContract) it(rule, () => run({ ...under, store: under.shared ?? under.store }))
})
