import type { JsonObject } from './data/json.ts'
import type { DeepReadonly } from './data/read-only.ts'
import type { ColumnValues } from './store/stored-session.ts'

/**
 * The option `user` of `createSessions`: loads the app's users, and defines the credentials whose change invalidates
 * their sessions.
 */
export interface UserOptions<User> {
  /**
   * Returns the user with this id, as `login` stored it, or null if there is no such user. `getUser` and `requireUser`
   * call it once per request. A rejection passes to their callers.
   */
  load(userId: string): Promise<User | null | undefined>
  /**
   * Returns the credentials of a user, such as the password's hash; '' for a user without credentials (Django's
   * get_session_auth_hash). With this option, `login` needs `authHash`, and a session is deleted once its user's credentials have
   * changed. Only 128 bits of an HMAC of the credentials are stored. @default none: a password change deletes no session
   */
  authHash?(user: User): string
}

/** The session from which the option `columns` computes the values of the app's own columns. */
export interface ColumnsSource<Data extends object = JsonObject> {
  readonly id: string
  readonly userId: string | null
  /** The data as `session.data` shows it, without values that cannot be read. */
  readonly data: DeepReadonly<Partial<Data>>
}

/** The option `columns` of `createSessions`. */
export type ColumnsOption<Data extends object = JsonObject> = {
  // This is a method, so that a session with other data remains assignable.
  columns?(session: ColumnsSource<Data>): ColumnValues
}['columns']
