import type { ExpiryRule } from './expiry.ts'
import { type JsonObject, tooLarge } from './json.ts'
import { applyPatch, boundPatch, isNoChange, outgrows, type PatchParts } from './patch.ts'
import { conflict, whyEnded } from './refusals.ts'
import { issueTicket, newCredentials, type SessionState, type Ticket } from './state.ts'
import type { Change, Patch, StoredSession } from './store.ts'
import type { CookieJar, SessionContext, Visit } from './visit.ts'

/**
 * The row of one session: every method is one statement of the store, and takes over what the store acknowledged. They reject with
 * INTERRUPTED if the session is not ours any more; `jar` is where its cookie is then cleared.
 */
export class SessionRecord {
  readonly #context: SessionContext
  readonly #state: SessionState
  readonly #visit: Visit

  constructor(context: SessionContext, state: SessionState, visit: Visit) {
    this.#context = context
    this.#state = state
    this.#visit = visit
  }

  /** Begins a session; with `replaced`, in place of that one. */
  async create(
    data: JsonObject,
    userId: string | null,
    expiry: ExpiryRule,
    jar: CookieJar,
    replaced: Ticket | null,
  ): Promise<void> {
    const { store, options, emit } = this.#context
    const { secret, ...ref } = newCredentials(this.#context)
    const session = { ...ref, ...this.#visit.client, userId, expiry, data }
    const row = await store.create(session, options.policy, replaced ?? undefined)
    if (!row) throw (replaced && (await whyEnded(store, replaced, jar)))?.error ?? conflict()
    this.#state.begin(row, issueTicket(this.#context, secret, row))
    emit({ type: 'created', id: row.id, userId })
  }

  /** Writes data, beginning a session if there is none and something to keep; answers whether there was anything to do. */
  async patch(parts: PatchParts, jar: CookieJar): Promise<boolean> {
    const { row, ticket, pendingExpiry } = this.#state
    const patch = this.bound(row?.data ?? {}, parts)
    if (row && ticket) {
      if (isNoChange(parts)) return false
      const updated = await this.update({ patch, active: true }, ticket, jar)
      if (!updated) throw tooLarge('The session with this change', this.#context.options.maxBytes)
      return true
    }
    const data = applyPatch({}, parts)
    if (Object.keys(data).length === 0) return false
    await this.create(data, null, pendingExpiry, jar, null)
    return true
  }

  /** Changes the row; null if a condition of the change itself failed. */
  async update(change: Change, ticket: Ticket, jar: CookieJar) {
    const { store, options } = this.#context
    const client = options.recordClient && { client: this.#visit.client }
    const row = await store.update(ticket, { ...change, ...client }, options.policy)
    if (row) {
      if (row.tokenHash === ticket.tokenHash) this.#state.accept(row)
      return row
    }
    const ended = await whyEnded(store, ticket, jar)
    if (ended) throw ended.error
    return null
  }

  /** Changes the row and signs its token anew; under `rotate`, with a new secret. */
  async renew(change: Change, ticket: Ticket, jar: CookieJar, rotate: boolean): Promise<StoredSession> {
    const { secret, tokenHash } = rotate ? newCredentials(this.#context, ticket.id) : ticket
    const row = await this.update(rotate ? { ...change, tokenHash } : change, ticket, jar)
    if (!row) throw conflict()
    this.#state.accept(row, issueTicket(this.#context, secret, row))
    return row
  }

  /** Changes the newest data under the row's lock. */
  async modify(compute: (data: JsonObject) => PatchParts, ticket: Ticket, jar: CookieJar): Promise<void> {
    const { store, options } = this.#context
    const patchOf = (data: JsonObject) => {
      const parts = compute(data)
      return isNoChange(parts) ? null : this.bound(data, parts)
    }
    const row = await store.modify(ticket, patchOf, options.policy, options.timeoutMs)
    if (!row) throw (await whyEnded(store, ticket, jar))?.error ?? conflict()
    this.#state.accept(row)
  }

  /** Deletes the row; one that has ended already is no error, one that was rotated is INTERRUPTED. */
  async remove(event: 'flushed' | 'logout', ticket: Ticket, jar: CookieJar): Promise<void> {
    const { store, emit } = this.#context
    const [removed] = await store.remove({ id: ticket.id, tokenHash: ticket.tokenHash })
    const ended = removed ? null : await whyEnded(store, ticket, jar)
    if (ended?.rotated) throw ended.error
    if (removed) emit({ type: event, ...removed })
  }

  /** The patch with its bound. @throws {SessionError} DATA_TOO_LARGE if it would take `data` over `maxBytes`. */
  bound(data: JsonObject, parts: PatchParts): Patch {
    const { maxBytes } = this.#context.options
    if (outgrows(data, parts, maxBytes)) throw tooLarge('The session with this change', maxBytes)
    return boundPatch(parts, maxBytes)
  }
}
