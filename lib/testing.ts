export { type FakeRequest, type FakeResponse, withRequest } from './next/with-request.ts'
export type { ContractCase, StoreUnderTest } from './stores/contract/tools.ts'
export { type MemoryStoreOptions, memoryStore } from './stores/memory.ts'
export { storeContract } from './stores/contract/store-contract.ts'
