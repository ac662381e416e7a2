export type { Json, JsonObject } from './core/data/json.ts'
export type { Patch } from './core/data/patch.ts'
export { SessionError } from './core/errors.ts'
export type { ExpiryPolicy, ExpiryRule } from './core/store/expiry.ts'
export type { StartedCount, StoreStats, UserAgentCount } from './core/store/statistics.ts'
export type {
  Change,
  ComputedPatch,
  PageEdge,
  Removal,
  RemovedSession,
  SessionFilter,
  SessionPage,
  SessionStore,
} from './core/store/store.ts'
export type { Client, ColumnValues, NewSession, SessionRef, StoredSession, UpdatedSession } from './core/store/stored-session.ts'
export { storeContract } from './stores/contract/store-contract.ts'
export type { ContractCase, StoreUnderTest } from './stores/contract/tools.ts'
export { type MemoryStoreOptions, memoryStore } from './stores/memory.ts'
export { type DriverRow, type RowDriver, rowStore } from './stores/rows/row-store.ts'
