import type { CarriedSession, SessionCredential } from '../cookie/carrier.ts'
import { base64url, uuidV7 } from '../data/bytes.ts'
import { type JsonObject, tooLarge } from '../data/json.ts'
import { applyPatch, isEmptyPatch, maxBytesBefore, type Patch } from '../data/patch.ts'
import { type ExpiryRule, touchStepSeconds } from '../store/expiry.ts'
import type { Change, StoredSession, UpdatedSession } from '../store/store.ts'
import type { RequestContext, ResponseCookies, SessionContext, SessionScope } from './request-context.ts'
import { changedMeanwhile, lockedTooLong, notTrimmed, whyLost } from './write-errors.ts'

/**
 * The session as the store last acknowledged it, and the statements that change it. Each method sends one statement and takes over the
 * row that the store returns. It rejects with INTERRUPTED if the session was deleted, expired or rotated.
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
  #data: Readonly<Record<string, unknown>> | null = null
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
  }

  get row(): StoredSession | null {
    return this.#row
  }

  get credential(): SessionCredential | null {
    return this.#credential
  }

  /** The visible data, deeply frozen. */
  get data(): Readonly<Record<string, unknown>> {
    this.#data ??= this.#context.codec.decode(this.#row?.data ?? {})
    return this.#data
  }

  /** Becomes a new, empty, unsaved session. */
  reset(): void {
    this.#row = null
    this.#data = null
    this.#credential = null
    this.pendingExpiry = null
    this.isNew = true
  }

  /** Creates a session. With `replaced`, it replaces that one. */
  async create(
    data: JsonObject,
    userId: string | null,
    expiry: ExpiryRule,
    cookies: ResponseCookies,
    replaced: SessionCredential | null,
  ): Promise<void> {
    const { options, emit } = this.#context
    const { store } = this.#carried
    const { tokenSecret, tokenHash } = this.#newSecret()
    const id = uuidV7(this.#context.now(), this.#context.cryptography.randomBytes(10))
    const session = { id, tokenHash, ...this.#request.client, userId, expiry, data }
    const row = await store.create(session, options.policy, replaced ?? undefined)
    if (!row) throw (replaced && (await whyLost(store, replaced, cookies)))?.error ?? changedMeanwhile()
    this.#accept(row, this.#carried.issue(row, tokenSecret))
    this.isNew = true
    emit({ type: 'created', id: row.id, userId })
  }

  /** Writes data. Creates a session if there is none and there is data to store. Returns false if there was nothing to write. */
  async patch(patch: Patch, cookies: ResponseCookies): Promise<boolean> {
    if (isEmptyPatch(patch)) return false
    const { maxBytes } = this.#context.options
    const limit = maxBytesBefore(this.#row?.data ?? {}, patch, maxBytes)
    if (this.#credential) {
      const updated = await this.update({ patch, maxBytesBefore: limit, extendsExpiry: true }, this.#credential, cookies)
      if (!updated) throw tooLarge('The session with this change', maxBytes)
      return true
    }
    const data = applyPatch({}, patch)
    if (Object.keys(data).length === 0) return false
    await this.create(data, null, this.pendingExpiry, cookies, null)
    return true
  }

  /** Changes the row. Returns null if a condition of the change failed. */
  async update(change: Change, credential: SessionCredential, cookies: ResponseCookies): Promise<UpdatedSession | null> {
    const { options } = this.#context
    const { store } = this.#carried
    const records = options.recordClient && (!change.patch || this.#isNearStep())
    const row = await store.update(credential, records ? { ...change, client: this.#request.client } : change, options.policy)
    if (row === 'conflict') throw lockedTooLong()
    if (row) {
      if (row.tokenHash === credential.tokenHash) this.#accept(row, this.#carried.reissue(row, credential))
      return row
    }
    const lost = await whyLost(store, credential, cookies)
    if (lost) throw lost.error
    return null
  }

  /** Changes the row and issues its credential again; with `rotate`, with a new token secret. */
  async renew(change: Change, credential: SessionCredential, cookies: ResponseCookies, rotate: boolean): Promise<StoredSession> {
    const { tokenSecret, tokenHash } = rotate ? this.#newSecret() : credential
    const row = await this.update(rotate ? { ...change, tokenHash } : change, credential, cookies)
    if (!row) throw changedMeanwhile()
    this.#accept(row, this.#carried.issue(row, tokenSecret))
    return row
  }

  /** Returns true if the row has not changed since it was read. */
  async isCurrent(credential: SessionCredential): Promise<boolean> {
    const row = await this.#carried.store.find(credential)
    return row !== null && row.version === this.#row?.version
  }

  /** Writes data if the row has not changed since `row` was read. Returns null if it has. */
  async patchVersion(patch: Patch, row: StoredSession, credential: SessionCredential, cookies: ResponseCookies) {
    const limit = maxBytesBefore(row.data, patch, this.#context.options.maxBytes)
    const change = { patch, maxBytesBefore: limit, ifVersion: row.version, extendsExpiry: true }
    return this.update(change, credential, cookies)
  }

  /** Changes the newest data while no other request can. */
  async modify(compute: (data: JsonObject) => Patch, credential: SessionCredential, cookies: ResponseCookies): Promise<void> {
    const { options } = this.#context
    const { store } = this.#carried
    const computeChecked = (data: JsonObject) => {
      const patch = compute(data)
      if (isEmptyPatch(patch)) return null
      maxBytesBefore(data, patch, options.maxBytes)
      return patch
    }
    // Less than the timeout, so that the store gives up first: it knows that nothing was written.
    const wait = { timeoutMs: options.timeoutMs * 0.8, ...(options.recordClient && { client: this.#request.client }) }
    const row = await store.modify(credential, computeChecked, options.policy, wait)
    if (row === 'conflict') throw lockedTooLong()
    if (!row) throw (await whyLost(store, credential, cookies))?.error ?? changedMeanwhile()
    this.#accept(row, this.#carried.reissue(row, credential))
  }

  /** Deletes the user's other sessions if this one is still valid. Returns their number. */
  async revokeOthers(userId: string, credential: SessionCredential, cookies: ResponseCookies): Promise<number> {
    const { store } = this.#carried
    const sessions = await store.remove({ userId, exceptId: credential.id, requiresLive: credential })
    const lost = sessions.length === 0 ? await whyLost(store, credential, cookies) : null
    if (lost) throw lost.error
    if (sessions.length > 0) this.#context.emit({ type: 'revoked', sessions, by: userId })
    return sessions.length
  }

  /** Deletes the user's sessions above `maxPerUser`. Its failure has its own error, because the login has succeeded. */
  async trim(userId: string): Promise<void> {
    const { options, emit } = this.#context
    if (options.maxPerUser === null) return
    const sessions = await this.#carried.store.remove({ userId, keepNewest: options.maxPerUser }).catch((error: unknown) => {
      throw notTrimmed(error)
    })
    if (sessions.length > 0) emit({ type: 'revoked', sessions, by: userId })
  }

  /** Deletes the row. A session that is gone already is not an error; a rotated one is INTERRUPTED. */
  async remove(event: 'flushed' | 'logout', credential: SessionCredential, cookies: ResponseCookies): Promise<void> {
    const { store } = this.#carried
    const [removed] = await store.remove({ id: credential.id, tokenHash: credential.tokenHash })
    const lost = removed ? null : await whyLost(store, credential, cookies)
    if (lost?.rotated) throw lost.error
    if (removed) this.#context.emit({ type: event, ...removed })
  }

  #accept(row: StoredSession, credential: SessionCredential): void {
    this.#row = row
    this.#data = null
    this.#credential = credential
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
