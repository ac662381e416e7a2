import type { SessionAdministration } from '../core/administration/administration.ts'
import type { Flash } from '../core/session/flash.ts'
import type { Address, Problem } from './address.ts'

/** The session of the admin who uses the page. */
export interface ActingSession {
  readonly id: string | null
  readonly userId: string | null
  logout(): Promise<void>
  flash(key: string, value: unknown): Promise<void>
  flashes(): readonly Flash[]
  acknowledgeFlashes(ids: readonly string[]): Promise<void>
}

/**
 * The part of the object from `createSessions` that the admin page uses. It does not depend on the type of the session
 * data.
 */
export interface AdminSessions extends SessionAdministration {
  getSession(): Promise<ActingSession>
}

/** The progress of an operation that takes several posts. */
export interface AdminProgress {
  /** The number of sessions revoked or deleted so far. */
  readonly done: number
  /**
   * The id of the last session that was processed. The next post continues after it. '': start with the newest session.
   */
  readonly from: string
}

/** The result of a post that stays on the page. */
export interface AdminState {
  /** The reason why the operation failed or stopped; null otherwise. */
  readonly problem: Problem | 'FORBIDDEN' | null
  /** The progress so far, if the operation needs more posts; null otherwise. */
  readonly progress: AdminProgress | null
}

/** The one server action of the admin page. It receives the forms of `<SessionAdmin>`. */
export type AdminAction = (state: AdminState | null, form: FormData) => Promise<AdminState>

/** Returns the display names of users, by user id. */
export type UserNames = (ids: readonly string[]) => Promise<ReadonlyMap<string, string>>

/** The arguments of every view. */
export interface AdminContext {
  readonly sessions: AdminSessions
  readonly session: ActingSession
  readonly action: AdminAction
  readonly address: Address
  readonly userNames: UserNames
  /** The time that relative times such as '3 minutes ago' refer to. */
  readonly now: Date
}
