import type { SessionInfo } from '../core/administration/administration.ts'

/**
 * A session as the parts of the page hand it on. While an app is developed React sends the props of server components to the browser, so
 * what the session holds, secrets included, must not be among them.
 */
export type ShownSession = Omit<SessionInfo, 'data'>

/** The session without what it holds. */
export function withoutData({ data: _, ...shown }: SessionInfo): ShownSession {
  return shown
}
