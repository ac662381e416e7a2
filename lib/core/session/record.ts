import type { CarriedSession, SessionCredential } from '../cookie/carrier.ts'
import { newTokenSecret } from '../cookie/token-carrier.ts'
import { uuidV7 } from '../data/bytes.ts'
import type { JsonObject } from '../data/json.ts'
import type { Patch } from '../data/patch.ts'
import type { SessionError } from '../errors.ts'
import { type ExpiryPolicy, type ExpiryRule, policyOf } from '../store/expiry.ts'
import type { Change } from '../store/store.ts'
import type { NewSession, SessionRef, StoredSession, UpdatedSession } from '../store/stored-session.ts'
import { completeChange, completePatch } from './complete-change.ts'
import type { SessionContext, SessionScope } from './request-context.ts'
import { StoredData } from './stored-data.ts'
import { changedMeanwhile, deviceUnproven, interrupted, type LostReason, lockedTooLong, whyLost } from './write-errors.ts'

/** The parts of a new session that its writer chooses. */
export type NewParts = Pick<NewSession, 'userId' | 'authHash' | 'expiry' | 'data'>

/**
 * The session as the store last acknowledged it, and the statements that change it. Each method sends one statement and keeps the
 * row that the store returns. If the session turns out to be deleted, expired or rotated, it rejects with INTERRUPTED, and the
 * session is an empty, anonymous one for the rest of the request.
 */
export class SessionRecord {
  /** True if no stored session came with this request. */
  isNew: boolean
  /** True if the browser has a cookie that must be cleared when the session is deleted. */
  hasCookie: boolean
  /** The argument of a `setExpiry` that was called before the session had a row. */
  pendingExpiry: ExpiryRule = null
  #credential: SessionCredential | null
  #row: StoredSession | null
  #data: StoredData | null = null
  /**
   * The reason why this is not the session that the browser's cookie names. Writers of this session must not replace that cookie.
   */
  #lost: LostReason | null
  readonly #scope: SessionScope
  readonly #context: SessionContext
  readonly #carried: CarriedSession

  constructor(scope: SessionScope) {
    const { context, carried } = scope
    const found = typeof carried.found === 'string' ? null : carried.found
    this.#scope = scope
    this.#context = context
    this.#carried = carried
    this.hasCookie = carried.found !== null
    this.isNew = found === null
    this.#credential = found?.credential ?? null
    this.#row = found?.row ?? carried.adopted ?? null
    this.#lost = carried.found === 'rotated' || carried.found === 'device' ? carried.found : null
  }

  get row(): StoredSession | null {
    return this.#row
  }

  get credential(): SessionCredential | null {
    return this.#credential
  }

  /** The visible data. */
  get data(): StoredData {
    this.#data ??= new StoredData(this.#context.codec, this.#row)
    return this.#data
  }

  /** Becomes a new, empty, unsaved session. */
  reset(): void {
    this.#setRow(null)
    this.#credential = null
    this.#lost = null
    this.pendingExpiry = null
    this.isNew = true
  }

  /** The session that is bound to another device, if the browser's cookie names one. */
  get unproven(): StoredSession | null {
    return (this.#lost === 'device' && this.#carried.unproven?.row) || null
  }

  /**
   * @throws {SessionError} INTERRUPTED if the cookie's session was deleted, has expired or was rotated during this request;
   * DEVICE_UNPROVEN if the session is bound to another device.
   */
  requireCurrent(): void {
    if (this.#lost === 'device') throw deviceUnproven(this.#carried.unproven ?? { isSkipped: false })
    if (this.#lost) throw interrupted(this.#lost)
  }

  /** Creates a session. With `replaced`, deletes that session in the same step. */
  async create(parts: NewParts, replaced: SessionRef | null): Promise<void> {
    const { options, emit, now, cryptography, columns } = this.#context
    const { tokenSecret, tokenHash } = newTokenSecret(cryptography)
    const id = uuidV7(now(), cryptography.randomBytes(10))
    const own = columns && { columns: columns.all({ id, ...parts }) }
    const session = { id, tokenHash, ...this.#scope.request.client, ...parts, ...own }
    const row = await this.#carried.store.create(session, policyOf(options, parts.userId), replaced ?? undefined)
    if (!row) throw (replaced && (await this.loseIfLost(replaced))) ?? changedMeanwhile()
    this.#accept(row, this.#carried.issue(row, tokenSecret))
    this.isNew = true
    emit({ type: 'created', id: row.id, userId: row.userId })
  }

  /** Changes the row. Returns null if a condition of the change failed. */
  async update(change: Change, credential: SessionCredential): Promise<UpdatedSession | null> {
    const row = await this.#send(change, credential)
    if (row) {
      if (row.tokenHash === credential.tokenHash) this.#accept(row, this.#carried.reissue(row, credential))
      return row
    }
    const lost = await this.loseIfLost(credential)
    if (lost) throw lost
    return null
  }

  /** Changes the row and issues its credential again; with `rotate`, with a new token secret. */
  async renew(change: Change, credential: SessionCredential, rotate: boolean): Promise<StoredSession> {
    const { tokenSecret, tokenHash } = rotate ? newTokenSecret(this.#context.cryptography) : credential
    const row = await this.update(rotate ? { ...change, tokenHash } : change, credential)
    if (!row) throw changedMeanwhile()
    this.#accept(row, this.#carried.issue(row, tokenSecret))
    return row
  }

  /**
   * Logs a user in to the session that the browser presented. A token that was rotated by a login of the same user a
   * moment ago is accepted, too: the form was submitted twice. Returns false if the session now belongs to another
   * login.
   */
  async login(change: Change & { readonly userId: string }): Promise<boolean> {
    const { presented } = this.#carried
    const ref = this.#credential ?? (this.#lost === 'rotated' ? presented : null)
    if (!ref) return false
    if (this.#lost) return this.#loginWith({ ...change, acceptsRotated: true }, ref)
    if (await this.#loginWith(change, ref)) return true
    const { isNew } = this
    const lost = await this.loseIfLost(ref) // reports a rotation
    if (this.#lost !== 'rotated') throw lost ?? changedMeanwhile()
    if (!(await this.#loginWith({ ...change, acceptsRotated: true }, ref))) return false
    this.isNew = isNew // the login has found the stored session that came with this request
    return true
  }

  async #loginWith(change: Change, ref: SessionRef): Promise<boolean> {
    const { tokenSecret, tokenHash } = newTokenSecret(this.#context.cryptography)
    const row = await this.#send({ ...change, tokenHash }, ref)
    if (row) this.#accept(row, this.#carried.issue(row, tokenSecret))
    return row !== null
  }

  /** Changes the newest data in one step. `compute` may run several times. */
  async modify(compute: (data: JsonObject) => Patch, credential: SessionCredential): Promise<void> {
    const { options } = this.#context
    const computeChecked = (data: JsonObject) => completePatch(this.#scope, this.#row, data, compute(data))
    // Shorter than the timeout, so that the store gives up first and can report that nothing was written.
    const wait = { timeoutMs: options.timeoutMs * 0.8, ...(options.recordClient && { client: this.#scope.request.client }) }
    const row = await this.#carried.store.modify(credential, computeChecked, this.#policy, wait)
    if (row === 'conflict') throw lockedTooLong()
    if (!row) throw (await this.loseIfLost(credential)) ?? changedMeanwhile()
    this.#accept(row, this.#carried.reissue(row, credential))
  }

  /**
   * Called after a write that found no row. If the session is lost, becomes anonymous and returns INTERRUPTED; otherwise returns
   * null.
   */
  async loseIfLost(ref: Pick<SessionCredential, 'id' | 'tokenHash'>): Promise<SessionError | null> {
    const reason = await whyLost(this.#carried.store, ref)
    if (!reason) return null
    this.reset()
    this.#lost = reason
    if (reason === 'rotated') this.#context.emit({ type: 'rejected', reason })
    return interrupted(reason)
  }

  /**
   * Deletes a session whose user's credentials have changed since the login, unless another request has renewed it. The visitor is
   * anonymous afterwards. The cookie is left alone, because it may belong to a newer login.
   */
  async rejectCredentials({ id, tokenHash }: SessionRef): Promise<void> {
    const isStored = this.#credential !== null // a page only shows an adopted session
    const removed = isStored ? await this.#carried.store.remove({ ids: [id], tokenHash }) : []
    this.#context.emit({ type: 'rejected', reason: 'credentials' })
    if (this.#row?.tokenHash !== tokenHash) return // this request has logged in since
    this.reset()
    if (isStored && removed.length === 0) this.#lost = 'rotated'
  }

  async #send(change: Change, ref: Pick<SessionCredential, 'id' | 'tokenHash'>): Promise<UpdatedSession | null> {
    const policy = change.userId === undefined ? this.#policy : this.#context.options.policy
    const row = await this.#carried.store.update(ref, completeChange(this.#scope, this.#row, change), policy)
    if (row === 'conflict') throw lockedTooLong()
    return row
  }

  #setRow(row: StoredSession | null): void {
    this.#row = row
    this.#data = null
  }

  #accept(row: StoredSession, credential: SessionCredential): void {
    this.#setRow(row)
    this.#credential = credential
    this.#lost = null
    this.pendingExpiry = null
  }

  get #policy(): ExpiryPolicy {
    return policyOf(this.#context.options, this.#row?.userId ?? null)
  }
}
