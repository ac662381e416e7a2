export type {
  ActorOptions,
  ClearOptions,
  ListOptions,
  RevokeOptions,
  RevokeUserOptions,
  SessionInfo,
} from './core/administration/administration.ts'
export type { SessionStats } from './core/administration/stats.ts'
export type { Json, JsonObject } from './core/data/json.ts'
export type { Serializer } from './core/data/schema.ts'
export { type FailureCause, SessionError, type SessionErrorCode } from './core/errors.ts'
export type { CookieOptions, ServerOptions, SessionEvent, SessionOptions } from './core/options.ts'
export type { Flash } from './core/session/flash.ts'
export type { WriteOptions } from './core/session/request-context.ts'
export { Session } from './core/session/session.ts'
export type { DeepReadonly } from './core/session/session-reader.ts'
export type { Duration } from './core/store/expiry.ts'
export type { StartedCount, UserAgentCount } from './core/store/statistics.ts'
export { createSessions, type Sessions, type UserSession } from './next/create-sessions.ts'
export type { ClearExpiredHandlerOptions } from './next/cron.ts'
export { Flashes, type FlashesProps } from './next/flashes.tsx'
export type { HandlerFunction } from './next/handler.ts'
export type { RequireUserOptions } from './next/require-user.ts'
export { safeNext } from './web/safe-next.ts'
export { assertSameOrigin } from './web/same-origin.ts'
