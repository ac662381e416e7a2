import { validateBatch } from './batch.ts'
import type { ExpiryRule } from '../store/expiry.ts'
import type { Json, JsonObject } from '../data/json.ts'
import { emptyPatch, isNoChange, type PatchParts } from '../data/patch.ts'
import { type PatchCall, WriteQueue } from './write-queue.ts'
import { SessionRecord } from './record.ts'
import { requireWritable } from './write-errors.ts'
import { cookieMaxAge, type SessionState } from './state.ts'
import type { ResponseCookies, SessionContext, RequestContext, WriteOptions } from './request-context.ts'

/** What a write means for the cookie: a new token, its end, the same token (data changed), or nothing happened. */
type CookieFate = 'send' | 'clear' | 'same' | 'untouched'
type Refresh = WriteOptions['refresh']

/** What came of a step of the queue. */
interface Outcome<T> {
  readonly fate: CookieFate
  readonly value: T
  /** What is still to do once the browser is told. */
  readonly afterwards?: () => Promise<void>
}

/** The writes of one session: queued, sent to the store, and told to the browser once the store has them. */
export class SessionWriter {
  readonly #context: SessionContext
  readonly #state: SessionState
  readonly #visit: RequestContext
  readonly #record: SessionRecord
  readonly #queue = new WriteQueue()

  constructor(context: SessionContext, state: SessionState, visit: RequestContext) {
    this.#context = context
    this.#state = state
    this.#visit = visit
    this.#record = new SessionRecord(context, state, visit)
  }

  /** `set`, `delete`, `clear`: joined with their neighbours into one statement. */
  patch(name: string, parts: PatchParts, { refresh }: WriteOptions): Promise<void> {
    return this.#queue.patch({ name, parts, refresh, jar: this.#jar() }, (calls) => this.#patchTogether(calls))
  }

  /** Adds `key` unless it is there, and answers what is stored. */
  setDefault(key: string, json: Json, { refresh }: WriteOptions): Promise<Json> {
    return this.#step('setDefault', refresh, async (jar) => {
      const fate = await this.#patchNow({ ...emptyPatch, defaults: { [key]: json } }, jar)
      const data = this.#state.row?.data ?? {}
      return { fate, value: Object.hasOwn(data, key) ? (data[key] ?? null) : json }
    })
  }

  /** Removes `key` and answers its value; of two at once one gets it. */
  pop(key: string, { refresh }: WriteOptions): Promise<Json | undefined> {
    return this.#step('pop', refresh, async (jar) => {
      const { credential: ticket } = this.#state
      const row = ticket && (await this.#record.update({ take: key, extendsExpiry: true }, ticket, jar))
      return { fate: row ? 'same' : 'untouched', value: row?.taken }
    })
  }

  /** Reads, changes and writes at once: `compute` may run twice, on the snapshot and then under the row's lock. */
  update(compute: (data: JsonObject) => PatchParts, { refresh }: WriteOptions): Promise<void> {
    return this.#step('update', refresh, async (jar) => {
      const { row, credential: ticket } = this.#state
      const parts = compute(row?.data ?? {})
      if (!row || !ticket) return { fate: await this.#patchNow(parts, jar), value: undefined }
      // What changes nothing here may change what another request has stored meanwhile.
      if (isNoChange(parts) && (await this.#record.isCurrent(ticket))) return { fate: 'untouched', value: undefined }
      const first = isNoChange(parts) ? null : await this.#record.patchVersion(parts, row, ticket, jar)
      if (!first) await this.#record.modify(compute, ticket, jar)
      return { fate: 'same', value: undefined }
    })
  }

  /** Ends the session: row and cookie. */
  flush(name: 'flush' | 'logout', { refresh }: WriteOptions): Promise<void> {
    return this.#step(name, refresh, async (jar) => {
      const { credential: ticket, hasCookie } = this.#state
      if (ticket) await this.#record.remove(name === 'logout' ? 'logout' : 'flushed', ticket, jar)
      this.#state.reset()
      return { fate: hasCookie ? 'clear' : 'untouched', value: undefined }
    })
  }

  /** A new secret for the same session. */
  cycleKey({ refresh }: WriteOptions): Promise<void> {
    return this.#step('cycleKey', refresh, async (jar) => {
      const { credential: ticket } = this.#state
      if (!ticket) return { fate: 'untouched', value: undefined }
      const { id, userId } = await this.#record.renew({ extendsExpiry: true }, ticket, jar, true)
      this.#context.emit({ type: 'cycled', id, userId })
      return { fate: 'send', value: undefined }
    })
  }

  /** Binds the session to a user under a new secret; another user's session is replaced. */
  login(userId: string, expiry: ExpiryRule | undefined, { refresh }: WriteOptions): Promise<void> {
    return this.#step('login', refresh, async (jar) => {
      const { row, credential: ticket, pendingExpiry } = this.#state
      if (row && ticket && (row.userId === null || row.userId === userId)) {
        await this.#record.renew({ userId, extendsExpiry: true, ...(expiry !== undefined && { expiry }) }, ticket, jar, true)
      } else {
        await this.#record.create({}, userId, expiry === undefined ? pendingExpiry : expiry, jar, ticket)
        if (row) this.#context.emit({ type: 'flushed', id: row.id, userId: row.userId })
      }
      if (this.#state.credential) this.#context.emit({ type: 'login', id: this.#state.credential.id, userId })
      // Afterwards: if it fails, the login stands nevertheless, and its cookie must be sent.
      return this.#endedAlready() ?? { fate: 'send', value: undefined, afterwards: () => this.#record.trim(userId) }
    })
  }

  /** Replaces the session's own expiry rule; one in the past ends the session. */
  setExpiry(expiry: ExpiryRule, { refresh }: WriteOptions): Promise<void> {
    return this.#step('setExpiry', refresh, async (jar) => {
      const { credential: ticket } = this.#state
      if (!ticket) {
        this.#state.pendingExpiry = expiry
        return { fate: 'untouched', value: undefined }
      }
      await this.#record.renew({ expiry, extendsExpiry: true }, ticket, jar, false)
      return this.#endedAlready() ?? { fate: 'send', value: undefined }
    })
  }

  /** Ends all other sessions of this session's user. */
  revokeOthers({ refresh }: WriteOptions): Promise<number> {
    return this.#step('revokeOthers', refresh, async (jar) => {
      const { row, credential: ticket } = this.#state
      if (!row?.userId || !ticket) return { fate: 'untouched', value: 0 }
      return { fate: 'same', value: await this.#record.revokeOthers(row.userId, ticket, jar) }
    })
  }

  #jar(): Promise<ResponseCookies> {
    const jar = this.#visit.responseCookies()
    jar.catch(() => {}) // told when its turn comes; until then nobody listens
    return jar
  }

  #step<T>(name: string, refresh: Refresh, run: (jar: ResponseCookies) => Promise<Outcome<T>>): Promise<T> {
    const calledFrom = this.#jar()
    return this.#queue.barrier(async () => {
      const jar = await calledFrom
      requireWritable(jar, name)
      const { fate, value, afterwards } = await run(jar)
      this.#tell(jar, fate, refresh)
      await afterwards?.()
      return value
    })
  }

  async #patchTogether(calls: readonly PatchCall[]): Promise<void> {
    const batch = await validateBatch(calls, this.#state.row?.data ?? {}, this.#context.options.maxBytes)
    if (!batch) return
    try {
      this.#tell(batch.jar, await this.#patchNow(batch.parts, batch.jar), batch.refresh)
      for (const { resolve } of batch.calls) resolve()
    } catch (error) {
      for (const { reject } of batch.calls) reject(error)
    }
  }

  async #patchNow(parts: PatchParts, jar: ResponseCookies): Promise<CookieFate> {
    const before = this.#state.credential
    const changed = await this.#record.patch(parts, jar)
    if (!changed) return 'untouched'
    return before ? 'same' : (this.#endedAlready()?.fate ?? 'send')
  }

  /** After an expiry in the past: the row has ended, so that the session is a new one. */
  #endedAlready(): { fate: 'clear'; value: undefined } | null {
    const { row } = this.#state
    if (!row || row.secondsLeft > 0) return null
    this.#context.emit({ type: 'flushed', id: row.id, userId: row.userId })
    this.#state.reset()
    return { fate: 'clear', value: undefined }
  }

  /** Tells the browser, once the store has the change. */
  #tell(jar: ResponseCookies, fate: CookieFate, refresh: Refresh): void {
    if (fate === 'untouched') return
    const { credential: ticket, row } = this.#state
    this.#context.afterWrite(this.#visit)
    if (fate === 'clear') {
      jar.clear()
      this.#state.hasCookie = false
      return
    }
    const refreshPage = refresh === 'page' ? jar.refreshPage : null
    const resends = jar.inAction && refresh !== false && !refreshPage
    if (ticket && row && (fate === 'send' || row.sealed !== undefined || resends)) {
      jar.send(ticket.value, cookieMaxAge(this.#context, ticket, row))
      this.#state.hasCookie = true
    } else if (jar.inAction) refreshPage?.()
  }
}
