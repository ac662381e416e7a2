export { SessionBoundary, type SessionBoundaryProps } from './client/session-boundary.tsx'
export { type LiveSession, SessionProvider, type SessionProviderProps, useSession } from './client/session-provider.tsx'
export {
  SessionTimeout,
  type SessionTimeoutControls,
  type SessionTimeoutProps,
  type SessionTimeoutTexts,
} from './client/session-timeout.tsx'
export { SessionWatch, type SessionWatchProps } from './client/session-watch.tsx'
export { type FailureCause, SessionError, type SessionErrorCode } from './core/errors.ts'
export type { IdleLifetime, SessionStatus, SessionView, SessionViewBase } from './core/session/status.ts'
export type { Duration } from './core/store/expiry.ts'
export { Flashes, type FlashesProps } from './next/flashes.tsx'
export { safeNext } from './web/safe-next.ts'
