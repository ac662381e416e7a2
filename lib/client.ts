export { SessionBoundary, type SessionBoundaryProps } from './client/session-boundary.tsx'
export { type FailureCause, SessionError, type SessionErrorCode } from './core/errors.ts'
export { Flashes, type FlashesProps } from './next/flashes.tsx'
export { safeNext } from './web/safe-next.ts'
