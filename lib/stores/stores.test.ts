import { storeContract } from 'coatcheck/testing'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { stores, type TestStore } from '../../test/databases'

describe.each(Object.keys(stores))('the store contract, %s', (name) => {
  let under: TestStore
  beforeAll(async () => {
    under = await (stores[name]?.() as Promise<TestStore>)
  })
  afterAll(() => under.close())
  it.each(storeContract)('$name', ({ run }) => run(under))
})
