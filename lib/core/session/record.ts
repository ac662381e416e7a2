import { type ExpiryRule, touchStepSeconds } from '../store/expiry.ts'
import { type JsonObject, tooLarge } from '../data/json.ts'
import { applyPatch, boundPatch, isNoChange, type PatchParts } from '../data/patch.ts'
import { conflict, lockedOut, notTrimmed, whyLost } from './write-errors.ts'
import { issueCredential, newCredentials, type SessionState, type SessionCredential } from './state.ts'
import type { Change, StoredSession } from '../store/store.ts'
import type { ResponseCookies, SessionContext, RequestContext } from './request-context.ts'

/**
 * The row of one session: every method is one statement of the store, and takes over what the store acknowledged. They reject with
 * INTERRUPTED if the session is not ours any more; `jar` is where its cookie is then cleared.
 */
export class SessionRecord {
  readonly #context: SessionContext
  readonly #state: SessionState
  readonly #visit: RequestContext

  constructor(context: SessionContext, state: SessionState, visit: RequestContext) {
    this.#context = context
    this.#state = state
    this.#visit = visit
  }

  /** Begins a session; with `replaced`, in place of that one. */
  async create(
    data: JsonObject,
    userId: string | null,
    expiry: ExpiryRule,
    jar: ResponseCookies,
    replaced: SessionCredential | null,
  ): Promise<void> {
    const { store, options, emit } = this.#context
    const { tokenSecret, ...ref } = newCredentials(this.#context)
    const session = { ...ref, ...this.#visit.client, userId, expiry, data }
    const row = await store.create(session, options.policy, replaced ?? undefined)
    if (!row) throw (replaced && (await whyLost(store, replaced, jar)))?.error ?? conflict()
    this.#state.begin(row, issueCredential(this.#context, tokenSecret, row))
    emit({ type: 'created', id: row.id, userId })
  }

  /** Writes data, beginning a session if there is none and something to keep; answers whether there was anything to do. */
  async patch(parts: PatchParts, jar: ResponseCookies): Promise<boolean> {
    const { row, credential: ticket, pendingExpiry } = this.#state
    if (isNoChange(parts)) return false
    const patch = boundPatch(row?.data ?? {}, parts, this.#context.options.maxBytes)
    if (row && ticket) {
      const updated = await this.update({ patch, extendsExpiry: true }, ticket, jar)
      if (!updated) throw tooLarge('The session with this change', this.#context.options.maxBytes)
      return true
    }
    const data = applyPatch({}, parts)
    if (Object.keys(data).length === 0) return false
    await this.create(data, null, pendingExpiry, jar, null)
    return true
  }

  /** Changes the row; null if a condition of the change itself failed. */
  async update(change: Change, ticket: SessionCredential, jar: ResponseCookies) {
    const { store, options } = this.#context
    const records = options.recordClient && (!change.patch || this.#isNearStep())
    const row = await store.update(ticket, records ? { ...change, client: this.#visit.client } : change, options.policy)
    if (row) {
      if (row.tokenHash === ticket.tokenHash) this.#state.accept(row)
      return row
    }
    const ended = await whyLost(store, ticket, jar)
    if (ended) throw ended.error
    return null
  }

  /** Whether last-seen may move now, or while this request goes on: else the browser need not be sent along with each write. */
  #isNearStep(): boolean {
    const { row } = this.#state
    return row === null || row.secondsSinceSeen > touchStepSeconds(row.expiry, this.#context.options.policy) / 2
  }

  /** Changes the row and signs its token anew; under `rotate`, with a new secret. */
  async renew(change: Change, ticket: SessionCredential, jar: ResponseCookies, rotate: boolean): Promise<StoredSession> {
    const { tokenSecret, tokenHash } = rotate ? newCredentials(this.#context, ticket.id) : ticket
    const row = await this.update(rotate ? { ...change, tokenHash } : change, ticket, jar)
    if (!row) throw conflict()
    this.#state.accept(row, issueCredential(this.#context, tokenSecret, row))
    return row
  }

  /** Whether the row is still the one that was read. */
  async isCurrent(ticket: SessionCredential): Promise<boolean> {
    const row = await this.#context.store.find(ticket)
    return row !== null && row.version === this.#state.row?.version
  }

  /** Writes data unless somebody else has since `row` was read: then null. */
  async patchVersion(parts: PatchParts, row: StoredSession, ticket: SessionCredential, jar: ResponseCookies) {
    const patch = boundPatch(row.data, parts, this.#context.options.maxBytes)
    return lockedOut(this.update({ patch, ifVersion: row.version, extendsExpiry: true }, ticket, jar))
  }

  /** Changes the newest data under the row's lock. */
  async modify(compute: (data: JsonObject) => PatchParts, ticket: SessionCredential, jar: ResponseCookies): Promise<void> {
    const { store, options } = this.#context
    const patchOf = (data: JsonObject) => {
      const parts = compute(data)
      return isNoChange(parts) ? null : boundPatch(data, parts, options.maxBytes)
    }
    // Less than the timeout, so that it is the store that gives up, and knows that nothing was written.
    const wait = { timeoutMs: options.timeoutMs * 0.8, ...(options.recordClient && { client: this.#visit.client }) }
    const row = await lockedOut(store.modify(ticket, patchOf, options.policy, wait))
    if (!row) throw (await whyLost(store, ticket, jar))?.error ?? tooLarge('The session with this change', options.maxBytes)
    this.#state.accept(row)
  }

  /** Ends the other sessions of the user, if this one is still ours. */
  async revokeOthers(userId: string, ticket: SessionCredential, jar: ResponseCookies): Promise<number> {
    const { store, emit } = this.#context
    const sessions = await store.remove({ userId, exceptId: ticket.id, requiresLive: ticket })
    const ended = sessions.length === 0 ? await whyLost(store, ticket, jar) : null
    if (ended) throw ended.error
    if (sessions.length > 0) emit({ type: 'revoked', sessions, by: userId })
    return sessions.length
  }

  /** Ends the user's sessions beyond `maxPerUser`; what fails here is told as what it is, since the login stands. */
  async trim(userId: string): Promise<void> {
    const { store, options, emit } = this.#context
    if (options.maxPerUser === null) return
    const sessions = await store.remove({ userId, keepNewest: options.maxPerUser }).catch((error: unknown) => {
      throw notTrimmed(error)
    })
    if (sessions.length > 0) emit({ type: 'revoked', sessions, by: userId })
  }

  /** Deletes the row; one that has ended already is no error, one that was rotated is INTERRUPTED. */
  async remove(event: 'flushed' | 'logout', ticket: SessionCredential, jar: ResponseCookies): Promise<void> {
    const { store, emit } = this.#context
    const [removed] = await store.remove({ id: ticket.id, tokenHash: ticket.tokenHash })
    const ended = removed ? null : await whyLost(store, ticket, jar)
    if (ended?.rotated) throw ended.error
    if (removed) emit({ type: event, ...removed })
  }
}
