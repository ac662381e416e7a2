import type { ExpiryRule } from './expiry.ts'
import { type Json, type JsonObject, tooLarge } from './json.ts'
import { applyPatch, boundPatch, emptyPatch, isNoChange, outgrows, type PatchParts } from './patch.ts'
import { WriteQueue } from './queue.ts'
import { conflict, requireWritable, whyEnded } from './refusals.ts'
import { cookieMaxAge, issueTicket, newCredentials, type SessionState, type Ticket } from './state.ts'
import type { Change, StoredSession } from './store.ts'
import type { CookieJar, SessionContext, Visit, WriteOptions } from './visit.ts'

/** What a write means for the cookie: a new token, its end, the same token (data changed), or nothing happened. */
type CookieFate = 'send' | 'clear' | 'same' | 'untouched'
type Refresh = WriteOptions['refresh']

/** The writes of one session: queued, sent to the store, acknowledged in the state, and told to the browser. */
export class SessionWriter {
  readonly #context: SessionContext
  readonly #state: SessionState
  readonly #visit: Visit
  readonly #queue = new WriteQueue()

  constructor(context: SessionContext, state: SessionState, visit: Visit) {
    this.#context = context
    this.#state = state
    this.#visit = visit
  }

  /** `set`, `delete`, `clear`: joined with their neighbours into one statement. */
  patch(name: string, parts: PatchParts, { refresh }: WriteOptions): Promise<void> {
    const { maxBytes } = this.#context.options
    const before = applyPatch(this.#state.row?.data ?? {}, this.#queue.openParts)
    if (outgrows(before, parts, maxBytes)) throw tooLarge('The session with this change', maxBytes)
    return this.#queue.patch(
      this.#jar(),
      parts,
      refresh,
      (jar) => requireWritable(jar, name),
      async (all, jar, strongest) => this.#finish(jar, await this.#writePatch(all, jar), strongest),
    )
  }

  /** Adds `key` unless it is there, and answers what is stored. */
  setDefault(key: string, json: Json, { refresh }: WriteOptions): Promise<Json | undefined> {
    return this.#step('setDefault', refresh, async (jar) => {
      const fate = await this.#writePatch({ ...emptyPatch, defaults: { [key]: json } }, jar)
      return { fate, value: this.#state.row?.data[key] }
    })
  }

  /** Removes `key` and answers its value; of two at once one gets it. */
  pop(key: string, { refresh }: WriteOptions): Promise<Json | undefined> {
    return this.#step('pop', refresh, async (jar) => {
      const { ticket } = this.#state
      if (!ticket) return { fate: 'untouched', value: undefined }
      const row = await this.#update({ take: key, active: true }, ticket, jar)
      if (row) this.#state.accept(row)
      return { fate: row ? 'same' : 'untouched', value: row?.taken }
    })
  }

  /** Reads, changes and writes at once: `compute` may run twice, on the snapshot and then under the row's lock. */
  update(compute: (data: JsonObject) => PatchParts, { refresh }: WriteOptions): Promise<void> {
    return this.#step('update', refresh, async (jar) => {
      const { row, ticket } = this.#state
      const parts = compute(row?.data ?? {})
      if (!row || !ticket) return { fate: await this.#writePatch(parts, jar), value: undefined }
      if (isNoChange(parts)) return { fate: 'untouched', value: undefined }
      const first = await this.#update({ patch: this.#bounded(row.data, parts), ifVersion: row.version, active: true }, ticket, jar)
      this.#state.accept(first ?? (await this.#modify(compute, ticket, jar)))
      return { fate: 'same', value: undefined }
    })
  }

  /** Ends the session: row and cookie. */
  flush(name: 'flush' | 'logout', { refresh }: WriteOptions): Promise<void> {
    return this.#step(name, refresh, async (jar) => {
      const { row, ticket, hasCookie } = this.#state
      if (row && ticket) {
        const { store } = this.#context
        const removed = await store.remove({ id: ticket.id, tokenHash: ticket.tokenHash })
        const ended = removed.length === 0 ? await whyEnded(store, ticket, jar) : null
        if (ended?.rotated) throw ended.error
        this.#context.emit({ type: name === 'logout' ? 'logout' : 'flushed', id: row.id, userId: row.userId })
      }
      this.#state.reset()
      return { fate: hasCookie ? 'clear' : 'untouched', value: undefined }
    })
  }

  /** A new secret for the same session. */
  cycleKey({ refresh }: WriteOptions): Promise<void> {
    return this.#step('cycleKey', refresh, async (jar) => {
      const { ticket } = this.#state
      if (!ticket) return { fate: 'untouched', value: undefined }
      const row = await this.#rotate({ active: true }, ticket, jar)
      this.#context.emit({ type: 'cycled', id: row.id, userId: row.userId })
      return { fate: 'send', value: undefined }
    })
  }

  /** Binds the session to a user under a new secret; another user's session is replaced. */
  login(userId: string, expiry: ExpiryRule | undefined, { refresh }: WriteOptions): Promise<void> {
    return this.#step('login', refresh, async (jar) => {
      const { row, ticket } = this.#state
      if (row && ticket && (row.userId === null || row.userId === userId)) {
        await this.#rotate({ userId, active: true, ...(expiry !== undefined && { expiry }) }, ticket, jar)
      } else {
        await this.#create({}, userId, expiry ?? this.#state.pendingExpiry, ticket, jar)
      }
      if (this.#state.row) this.#context.emit({ type: 'login', id: this.#state.row.id, userId })
      return { fate: 'send', value: undefined }
    })
  }

  /** Replaces the session's own expiry rule; one in the past ends the session. */
  setExpiry(expiry: ExpiryRule, { refresh }: WriteOptions): Promise<void> {
    return this.#step('setExpiry', refresh, async (jar) => {
      const { ticket } = this.#state
      if (!ticket) {
        this.#state.pendingExpiry = expiry
        return { fate: 'untouched', value: undefined }
      }
      const row = await this.#updateSurely({ expiry, active: true }, ticket, jar)
      if (row.secondsLeft <= 0) {
        this.#context.emit({ type: 'flushed', id: row.id, userId: row.userId })
        this.#state.reset()
        return { fate: 'clear', value: undefined }
      }
      this.#state.accept(row, issueTicket(this.#context, ticket.secret, row))
      return { fate: 'send', value: undefined }
    })
  }

  /** Ends all other sessions of this session's user. */
  revokeOthers({ refresh }: WriteOptions): Promise<number> {
    return this.#step('revokeOthers', refresh, async () => {
      const { row } = this.#state
      if (!row?.userId) return { fate: 'untouched', value: 0 }
      const sessions = await this.#context.store.remove({ userId: row.userId, exceptId: row.id })
      if (sessions.length > 0) this.#context.emit({ type: 'revoked', sessions })
      return { fate: 'same', value: sessions.length }
    })
  }

  #jar(): Promise<CookieJar> {
    const jar = this.#visit.jar()
    jar.catch(() => {}) // told when its turn comes; until then nobody listens
    return jar
  }

  #step<T>(name: string, refresh: Refresh, run: (jar: CookieJar) => Promise<{ fate: CookieFate; value: T }>): Promise<T> {
    const calledFrom = this.#jar()
    return this.#queue.barrier(async () => {
      const jar = await calledFrom
      requireWritable(jar, name)
      const { fate, value } = await run(jar)
      this.#finish(jar, fate, refresh)
      return value
    })
  }

  /** Tells the browser, once the store has the change. */
  #finish(jar: CookieJar, fate: CookieFate, refresh: Refresh): void {
    if (fate === 'untouched') return
    const { ticket, row } = this.#state
    this.#context.afterWrite(this.#visit)
    if (fate === 'clear') {
      jar.clear()
      this.#state.hasCookie = false
    } else if (ticket && row && (fate === 'send' || (jar.inAction && refresh === undefined))) {
      jar.send(ticket.text, cookieMaxAge(this.#context, ticket, row))
      this.#state.hasCookie = true
    } else if (jar.inAction && refresh === 'page') jar.refreshPage()
  }

  async #writePatch(parts: PatchParts, jar: CookieJar): Promise<CookieFate> {
    const { row, ticket, pendingExpiry } = this.#state
    if (isNoChange(parts)) return 'untouched'
    if (!row || !ticket) {
      const data = applyPatch({}, parts)
      if (Object.keys(data).length === 0) return 'untouched'
      await this.#create(data, null, pendingExpiry, null, jar)
      return 'send'
    }
    const patch = boundPatch(parts, this.#context.options.maxBytes)
    const updated = await this.#update({ patch, active: true }, ticket, jar)
    if (!updated) throw tooLarge('The session with this change', this.#context.options.maxBytes)
    this.#state.accept(updated)
    return 'same'
  }

  async #create(data: JsonObject, userId: string | null, expiry: ExpiryRule, replaced: Ticket | null, jar: CookieJar): Promise<void> {
    const { store, options } = this.#context
    const { secret, ...ref } = newCredentials(this.#context)
    const session = { ...ref, ...this.#visit.client, userId, expiry, data }
    const row = await store.create(session, options.policy, replaced ?? undefined)
    if (!row) throw (replaced && (await whyEnded(store, replaced, jar)))?.error ?? conflict()
    this.#state.accept(row, issueTicket(this.#context, secret, row))
    this.#state.isNew = true
    this.#context.emit({ type: 'created', id: row.id, userId })
  }

  async #rotate(change: Change, ticket: Ticket, jar: CookieJar): Promise<StoredSession> {
    const { secret, tokenHash } = newCredentials(this.#context, ticket.id)
    const row = await this.#updateSurely({ ...change, tokenHash }, ticket, jar)
    this.#state.accept(row, issueTicket(this.#context, secret, row))
    return row
  }

  /** The changed row; null if a condition of the change itself failed; INTERRUPTED if the session is not ours any more. */
  async #update(change: Change, ticket: Ticket, jar: CookieJar) {
    const { store, options } = this.#context
    const row = await store.update(ticket, { ...change, ...(options.recordClient && { client: this.#visit.client }) }, options.policy)
    if (row) return row
    const ended = await whyEnded(store, ticket, jar)
    if (ended) throw ended.error
    return null
  }

  /** For a change without conditions, which fails only with the session itself. */
  async #updateSurely(change: Change, ticket: Ticket, jar: CookieJar): Promise<StoredSession> {
    const row = await this.#update(change, ticket, jar)
    if (!row) throw conflict()
    return row
  }

  async #modify(compute: (data: JsonObject) => PatchParts, ticket: Ticket, jar: CookieJar): Promise<StoredSession> {
    const { store, options } = this.#context
    const patchOf = (data: JsonObject) => {
      const parts = compute(data)
      return isNoChange(parts) ? null : this.#bounded(data, parts)
    }
    const row = await store.modify(ticket, patchOf, options.policy, options.timeoutMs)
    if (!row) throw (await whyEnded(store, ticket, jar))?.error ?? conflict()
    return row
  }

  #bounded(data: JsonObject, parts: PatchParts) {
    const { maxBytes } = this.#context.options
    if (outgrows(data, parts, maxBytes)) throw tooLarge('The session with this change', maxBytes)
    return boundPatch(parts, maxBytes)
  }
}
