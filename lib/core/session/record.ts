import type { CarriedSession, SessionCredential } from '../cookie/carrier.ts'
import { base64url, uuidV7 } from '../data/bytes.ts'
import { type JsonObject, tooLarge } from '../data/json.ts'
import { applyPatch, isEmptyPatch, maxBytesBefore, type Patch } from '../data/patch.ts'
import type { SessionError } from '../errors.ts'
import { type ExpiryRule, touchStepSeconds } from '../store/expiry.ts'
import type { Change, StoredSession, UpdatedSession } from '../store/store.ts'
import type { RequestContext, SessionContext, SessionScope } from './request-context.ts'
import { StoredData } from './stored-data.ts'
import { changedMeanwhile, interrupted, type LostReason, lockedTooLong, whyLost } from './write-errors.ts'

/**
 * The session as the store last acknowledged it, and the statements that change it. Each method sends one statement and takes
 * over the row that the store returns. If the session turns out to be deleted, expired or rotated, it rejects with INTERRUPTED,
 * and the session is an empty, anonymous one for the rest of the request.
 */
export class SessionRecord {
  /** True if no stored session came with this request. */
  isNew: boolean
  /** True if the browser has a cookie that the end of the session must clear. */
  hasCookie: boolean
  /** The argument of a `setExpiry` before there was a row. */
  pendingExpiry: ExpiryRule = null
  #credential: SessionCredential | null
  #row: StoredSession | null
  #data: StoredData | null = null
  /** Why the session that the browser's cookie names is not this one. Its writers must not replace that cookie. */
  #lost: LostReason | null
  readonly #context: SessionContext
  readonly #carried: CarriedSession
  readonly #request: RequestContext

  constructor({ context, carried, request }: SessionScope) {
    const found = typeof carried.found === 'string' ? null : carried.found
    this.#context = context
    this.#carried = carried
    this.#request = request
    this.hasCookie = carried.found !== null
    this.isNew = found === null
    this.#credential = found?.credential ?? null
    this.#row = found?.row ?? null
    this.#lost = carried.found === 'rotated' ? 'rotated' : null
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

  /** @throws {SessionError} INTERRUPTED if the cookie's session was deleted, has expired or was rotated during this request. */
  requireCurrent(): void {
    if (this.#lost) throw interrupted(this.#lost)
  }

  /** Creates a session. With `replaced`, it replaces that one. */
  async create(data: JsonObject, userId: string | null, expiry: ExpiryRule, replaced: SessionCredential | null): Promise<void> {
    const { options, emit, now, cryptography } = this.#context
    const { tokenSecret, tokenHash } = this.#newSecret()
    const id = uuidV7(now(), cryptography.randomBytes(10))
    const session = { id, tokenHash, ...this.#request.client, userId, expiry, data }
    const row = await this.#carried.store.create(session, options.policy, replaced ?? undefined)
    if (!row) throw (replaced && (await this.loseIfLost(replaced))) ?? changedMeanwhile()
    this.#accept(row, this.#carried.issue(row, tokenSecret))
    this.isNew = true
    emit({ type: 'created', id: row.id, userId })
  }

  /** Replaces another user's session by a new one. Returns false if another request has already replaced, deleted or rotated it. */
  async replace(userId: string, expiry: ExpiryRule, credential: SessionCredential | null): Promise<boolean> {
    try {
      await this.create({}, userId, expiry, credential)
      return true
    } catch (error) {
      if (!this.#lost) throw error
      return false
    }
  }

  /** Writes data. Creates a session if there is none and there is data to store. Returns false if there was nothing to write. */
  async patch(patch: Patch): Promise<boolean> {
    this.requireCurrent()
    if (isEmptyPatch(patch)) return false
    const { maxBytes } = this.#context.options
    const limit = maxBytesBefore(this.#row?.data ?? {}, patch, maxBytes)
    if (this.#credential) {
      const updated = await this.update({ patch, maxBytesBefore: limit, extendsExpiry: true }, this.#credential)
      if (!updated) throw tooLarge('The session with this change', maxBytes)
      return true
    }
    const data = applyPatch({}, patch)
    if (Object.keys(data).length === 0) return false
    await this.create(data, null, this.pendingExpiry, null)
    return true
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
    const { tokenSecret, tokenHash } = rotate ? this.#newSecret() : credential
    const row = await this.update(rotate ? { ...change, tokenHash } : change, credential)
    if (!row) throw changedMeanwhile()
    this.#accept(row, this.#carried.issue(row, tokenSecret))
    return row
  }

  /**
   * Logs a user in to the session that the browser presented. A token that was rotated by a login of the same user a moment ago
   * is accepted, too: the form was submitted twice. Returns false if the session now belongs to another login.
   */
  async login(change: Change & { readonly userId: string }): Promise<boolean> {
    const { presented } = this.#carried
    const ref = this.#credential ?? (this.#lost === 'rotated' ? presented : null)
    if (!ref) return false
    const { tokenSecret, tokenHash } = this.#newSecret()
    const row = await this.#send({ ...change, tokenHash, acceptsRotated: true }, ref)
    if (row) {
      this.#accept(row, this.#carried.issue(row, tokenSecret))
      return true
    }
    if (this.#lost) return false // known before: nothing new to report
    const lost = await this.loseIfLost(ref)
    if (this.#lost === 'rotated') return false
    throw lost ?? changedMeanwhile()
  }

  /** Changes the newest data in one step. `compute` may run several times. */
  async modify(compute: (data: JsonObject) => Patch, credential: SessionCredential): Promise<void> {
    const { options } = this.#context
    const computeChecked = (data: JsonObject) => {
      const patch = compute(data)
      if (isEmptyPatch(patch)) return null
      maxBytesBefore(data, patch, options.maxBytes)
      return patch
    }
    // Less than the timeout, so that the store gives up first: it knows that nothing was written.
    const wait = { timeoutMs: options.timeoutMs * 0.8, ...(options.recordClient && { client: this.#request.client }) }
    const row = await this.#carried.store.modify(credential, computeChecked, options.policy, wait)
    if (row === 'conflict') throw lockedTooLong()
    if (!row) throw (await this.loseIfLost(credential)) ?? changedMeanwhile()
    this.#accept(row, this.#carried.reissue(row, credential))
  }

  /**
   * After a write that found nothing: returns INTERRUPTED and becomes anonymous if the session is lost, and returns null if it
   * is not.
   */
  async loseIfLost(ref: Pick<SessionCredential, 'id' | 'tokenHash'>): Promise<SessionError | null> {
    const reason = await whyLost(this.#carried.store, ref)
    if (!reason) return null
    this.reset()
    this.#lost = reason
    if (reason === 'rotated') this.#context.emit({ type: 'rejected', reason })
    return interrupted(reason)
  }

  async #send(change: Change, ref: Pick<SessionCredential, 'id' | 'tokenHash'>): Promise<UpdatedSession | null> {
    const { options } = this.#context
    const records = options.recordClient && (!change.patch || this.#isNearStep())
    const row = await this.#carried.store.update(
      ref,
      records ? { ...change, client: this.#request.client } : change,
      options.policy,
    )
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

  /** True if last-seen is due now or may become due during this request. Otherwise a write need not send the browser along. */
  #isNearStep(): boolean {
    const row = this.#row
    return row === null || row.secondsSinceSeen > touchStepSeconds(row.expiry, this.#context.options.policy) / 2
  }

  #newSecret(): { readonly tokenSecret: string; readonly tokenHash: string } {
    const { cryptography } = this.#context
    const tokenSecret = base64url(cryptography.randomBytes(16))
    return { tokenSecret, tokenHash: cryptography.tokenHash(tokenSecret) }
  }
}
