import type { Flash } from '../core/session/flash.ts'
import type { SessionAdministration } from '../core/administration/administration.ts'
import type { Address, Problem } from './address.ts'

/** The session of whoever uses the admin. */
export interface ActingSession {
  readonly id: string | null
  readonly userId: string | null
  logout(): Promise<void>
  flash(key: string, value: unknown): Promise<void>
  flashes(): readonly Flash[]
  acknowledgeFlashes(ids: readonly string[]): Promise<void>
}

/** What the admin needs of `createSessions`: whatever the type of the data. */
export interface AdminSessions extends SessionAdministration {
  getSession(): Promise<ActingSession>
}

/** How far a long deed has come. */
export interface AdminProgress {
  /** Sessions ended or deleted so far. */
  readonly done: number
  /** The last session that was looked at, from where it goes on; '': from the beginning. */
  readonly from: string
}

/** What a post left to say or to do. */
export interface AdminState {
  /** Why nothing, or not all, was done; null: it was. */
  readonly problem: Problem | 'FORBIDDEN' | null
  /** How far a long deed has come, if there is more of it to do. */
  readonly progress: AdminProgress | null
}

/** The admin's one server action: a change, confirmed in a form of `<SessionAdmin>`. */
export type AdminAction = (state: AdminState | null, form: FormData) => Promise<AdminState>

/** The names to show for users, by id. */
export type UserNames = (ids: readonly string[]) => Promise<ReadonlyMap<string, string>>

/** What every view of the admin is made from. */
export interface Admin {
  readonly sessions: AdminSessions
  readonly session: ActingSession
  readonly action: AdminAction
  readonly address: Address
  readonly userNames: UserNames
  /** The instant that "3 minutes ago" is counted from. */
  readonly now: Date
}
