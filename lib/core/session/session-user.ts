import { storeNow } from '../cookie/carrier.ts'
import { SessionError } from '../errors.ts'
import { policyOf } from '../store/expiry.ts'
import type { StoredSession } from '../store/stored-session.ts'
import type { UserOptions } from '../user-options.ts'
import type { SessionRecord } from './record.ts'
import type { SessionContext, SessionScope } from './request-context.ts'

/**
 * The key of a session's `SessionUser`. The key is in the global symbol registry, because a bundler may load several
 * copies of this module.
 */
export const userOf: unique symbol = Symbol.for('coatcheck.userOf')

/** The reserved key of an adopted session: its user logged in elsewhere, at an unknown time. */
export const adoptedKey = '_adopted'

/** Loads the user of one session and compares the credentials (Django's get_user). */
export class SessionUser {
  readonly #scope: SessionScope
  readonly #record: SessionRecord
  #loading: { readonly login: string; readonly user: Promise<unknown> } | null = null
  #loaded: { readonly id: string; readonly userId: string; readonly user: unknown } | null = null

  constructor(scope: SessionScope, record: SessionRecord) {
    this.#scope = scope
    this.#record = record
  }

  /** The user, if it was loaded and is still logged in; null otherwise. */
  get current(): unknown {
    const { row } = this.#record
    const isSame = row && this.#loaded && row.id === this.#loaded.id && row.userId === this.#loaded.userId
    return isSame ? this.#loaded?.user : null
  }

  /** The seconds since the login, by the store's clock; Infinity without a login. The adoption of a session is not a login. */
  get secondsSinceLogin(): number {
    const { row } = this.#record
    const isAdopted = row?.data[adoptedKey] === true && row.authenticatedAt?.getTime() === row.createdAt.getTime()
    return row?.authenticatedAt && !isAdopted ? storeNow(row) - row.authenticatedAt.getTime() / 1000 : Number.POSITIVE_INFINITY
  }

  /**
   * Returns the user, or null if none is logged in. If the user no longer exists, or the credentials have changed since the login,
   * deletes the session and returns null. Calls in one request share one load. The user is loaded again after a login, after new
   * credentials, and in the page that is rendered after an action, because the action may have changed the user.
   * @throws {SessionError} CONFIG_INVALID without the option `user`.
   */
  async load(): Promise<unknown> {
    const { context, request } = this.#scope
    const options = context.user ?? missingOption()
    const { readOnlyContext } = await request.responseCookies()
    const { row } = this.#record
    if (!row || row.userId === null) return null
    const login = JSON.stringify([row.id, row.userId, row.authHash, readOnlyContext === null])
    if (this.#loading?.login !== login) this.#loading = { login, user: this.#check(options, row, row.userId) }
    const loading = this.#loading
    try {
      return await loading.user
    } catch (error) {
      if (this.#loading === loading) this.#loading = null // the next call tries again
      throw error
    }
  }

  async #check(options: UserOptions<unknown>, row: StoredSession, userId: string): Promise<unknown> {
    const user = (await options.load(userId)) ?? null
    if (user !== null && this.#isValid(options, row, user)) {
      this.#loaded = { id: row.id, userId, user }
      return user
    }
    await this.#record.rejectCredentials(row)
    return null
  }

  #isValid(options: UserOptions<unknown>, row: StoredSession, user: unknown): boolean {
    if (!options.authHash) return true
    const [newest = '', ...older] = this.#scope.context.cryptography.authHashes(checkCredentials(options.authHash(user)))
    if (row.authHash === newest) return true
    if (row.authHash === null || !older.includes(row.authHash)) return false
    this.#replaceLater(row.authHash, newest)
    return true
  }

  /**
   * After the response, replaces a hash that an old secret made, because that secret will be removed (Django cycles the
   * key for it).
   */
  #replaceLater(old: string, newest: string): void {
    const { context, carried, request } = this.#scope
    if (!carried.canTouch) return
    request.later(async () => {
      const { credential, row } = this.#record
      if (!credential || row?.authHash !== old) return // the session was deleted, or a write has replaced the hash
      const change = { authHash: newest, extendsExpiry: false }
      await carried.store.update(credential, change, policyOf(context.options, row.userId))
    })
  }
}

/**
 * Returns the hash to store for the option `authHash` of a writer; undefined if none is given.
 * @throws {SessionError} CONFIG_INVALID if `authHash` is not a text, or is missing where `login` needs it. In that case, nothing is
 * written.
 */
export function storedAuthHash(
  { user, cryptography }: SessionContext,
  writer: 'login' | 'cycleKey',
  given: string | undefined,
): string | undefined {
  if (given !== undefined) return cryptography.authHashes(checkCredentials(given))[0]
  if (writer === 'cycleKey' || !user?.authHash) return undefined
  const remedy = 'Pass the hash of the user whose password you checked: login(user.id, { authHash: user.passwordHash }).'
  throw new SessionError(
    'CONFIG_INVALID',
    `login() has no authHash, but createSessions has user.authHash. ${remedy} Nothing was written.`,
  )
}

function checkCredentials(given: unknown): string {
  if (typeof given === 'string') return given
  throw new SessionError('CONFIG_INVALID', `authHash is ${typeof given}; use a text, or '' for a user without a password.`)
}

function missingOption(): never {
  const remedy = 'Pass user: { load: (id) => findUser(id) } to createSessions.'
  throw new SessionError('CONFIG_INVALID', `getUser() needs the option user, which is missing. ${remedy}`)
}
