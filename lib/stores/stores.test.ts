import { type SessionStore, storeContract } from 'coatcheck/store'
import { afterAll, beforeAll, describe } from 'vitest'
import { rulesOf } from '../../test/exceptions'
import { stores, type TestStore } from '../../test/stores'

describe.each(Object.keys(stores))('the store contract on %s', (name) => {
  let under: TestStore
  beforeAll(async () => {
    under = await (stores[name]?.() as Promise<TestStore>)
  })
  afterAll(() => under.close())
  const rule = rulesOf(name)
  for (const { id, name: title, run } of storeContract)
    rule(id)(title, () => run({ ...under, store: under.shared ?? (under.store as SessionStore) }))
})
