export { type FakeRequest, type FakeResponse, withRequest } from './next/with-request.ts'
export { type MemoryStoreOptions, memoryStore } from './stores/memory.ts'
