export { type FailureCause, SessionError, type SessionErrorCode } from './core/errors.ts'
export type { Duration, ExpiryPolicy, ExpiryRule } from './core/expiry.ts'
export type { Flash } from './core/flash.ts'
export type { Json, JsonObject } from './core/json.ts'
export type { CookieOptions, ServerOptions, SessionEvent, SessionOptions } from './core/options.ts'
export type { Serializer, StandardSchema } from './core/schema.ts'
export { Session } from './core/session.ts'
export type { DeepReadonly } from './core/session-reader.ts'
export type { ActorOptions, ClearOptions, ListOptions, RevokeOptions, RevokeUserOptions, SessionInfo } from './core/sessions.ts'
export type { SessionStats } from './core/stats.ts'
export type {
  BegunCount,
  Change,
  Client,
  NewSession,
  PageEdge,
  Patch,
  Removal,
  RemovedSession,
  SessionFilter,
  SessionPage,
  SessionRef,
  SessionStore,
  StoredSession,
  StoreStats,
  UserAgentCount,
} from './core/store.ts'
export type { WriteOptions } from './core/visit.ts'
export { createSessions, type Sessions, type UserSession } from './next/create-sessions.ts'
export type { ClearExpiredHandlerOptions } from './next/cron.ts'
export { Flashes, type FlashesProps } from './next/flashes.tsx'
export type { HandlerFunction } from './next/handler.ts'
export type { RequireUserOptions } from './next/require-user.ts'
export { safeNext } from './next/safe-next.ts'
export { assertSameOrigin } from './next/same-origin.ts'
export { type KeptRow, type RowKeeper, rowStore } from './stores/row-store.ts'
