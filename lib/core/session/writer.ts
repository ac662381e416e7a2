import type { Json, JsonObject } from '../data/json.ts'
import { emptyPatch, isEmptyPatch, type Patch } from '../data/patch.ts'
import type { ExpiryRule } from '../store/expiry.ts'
import type { SessionRecord } from './record.ts'
import type { RequestContext, ResponseCookies, SessionContext, SessionScope, WriteOptions } from './request-context.ts'
import { requireWritable } from './write-errors.ts'
import { type PatchCall, validateBatch, WriteQueue } from './write-queue.ts'

/** The effect of a write on the cookie. 'refresh': the data changed and the token did not. 'none': nothing was written. */
type CookieAction = 'send' | 'clear' | 'refresh' | 'none'
type Refresh = WriteOptions['refresh']

interface WriteResult<T> {
  readonly cookieAction: CookieAction
  readonly value: T
  /** Runs after the cookie is set. */
  readonly afterwards?: () => Promise<void>
}

/** Queues the writes of one session, sends them to the store, and then sets the cookie. */
export class SessionWriter {
  readonly #context: SessionContext
  readonly #scope: SessionScope
  readonly #request: RequestContext
  readonly #record: SessionRecord
  readonly #queue = new WriteQueue()

  constructor(scope: SessionScope, record: SessionRecord) {
    this.#scope = scope
    this.#context = scope.context
    this.#request = scope.request
    this.#record = record
  }

  /** Writes a patch. Joins its neighbours in one statement. */
  patch(writer: string, patch: Patch, { refresh }: WriteOptions): Promise<void> {
    return this.#queue.patch({ writer, patch, refresh, cookies: this.#cookiesHere() }, (calls) => this.#writeBatch(calls))
  }

  /** Adds `key` if it is absent, and returns the stored value. */
  setDefault(key: string, json: Json, { refresh }: WriteOptions): Promise<Json> {
    return this.#step('setDefault', refresh, async (cookies) => {
      const cookieAction = await this.#writePatch({ ...emptyPatch, defaults: { [key]: json } }, cookies)
      const data = this.#record.row?.data ?? {}
      return { cookieAction, value: Object.hasOwn(data, key) ? (data[key] ?? null) : json }
    })
  }

  /** Removes `key` and returns its value. Only one of two concurrent calls receives the value. */
  pop(key: string, { refresh }: WriteOptions): Promise<Json | undefined> {
    return this.#step('pop', refresh, async (cookies) => {
      const { credential } = this.#record
      const row = credential && (await this.#record.update({ take: key, extendsExpiry: true }, credential, cookies))
      return { cookieAction: row ? 'refresh' : 'none', value: row?.taken }
    })
  }

  /** Reads, changes and writes in one step. `compute` may run twice: on the data that was read, then on the newest data. */
  update(compute: (data: JsonObject) => Patch, { refresh }: WriteOptions): Promise<void> {
    return this.#step('update', refresh, async (cookies) => {
      const { row, credential } = this.#record
      const patch = compute(row?.data ?? {})
      if (!row || !credential) return { cookieAction: await this.#writePatch(patch, cookies), value: undefined }
      // A change that is empty for the data read here may not be empty for the newest data.
      if (isEmptyPatch(patch) && (await this.#record.isCurrent(credential))) return { cookieAction: 'none', value: undefined }
      const written = isEmptyPatch(patch) ? null : await this.#record.patchVersion(patch, row, credential, cookies)
      if (!written) await this.#record.modify(compute, credential, cookies)
      return { cookieAction: 'refresh', value: undefined }
    })
  }

  /** Deletes the row and clears the cookie. */
  flush(writer: 'flush' | 'logout', { refresh }: WriteOptions): Promise<void> {
    return this.#step(writer, refresh, async (cookies) => {
      const { credential, hasCookie } = this.#record
      if (credential) await this.#record.remove(writer === 'logout' ? 'logout' : 'flushed', credential, cookies)
      this.#record.reset()
      return { cookieAction: hasCookie ? 'clear' : 'none', value: undefined }
    })
  }

  /** Replaces the token secret. */
  cycleKey({ refresh }: WriteOptions): Promise<void> {
    return this.#step('cycleKey', refresh, async (cookies) => {
      const { credential } = this.#record
      if (!credential) return { cookieAction: 'none', value: undefined }
      const { id, userId } = await this.#record.renew({ extendsExpiry: true }, credential, cookies, true)
      this.#context.emit({ type: 'cycled', id, userId })
      return { cookieAction: 'send', value: undefined }
    })
  }

  /** Logs a user in under a new token secret. Replaces another user's session. */
  login(userId: string, expiry: ExpiryRule | undefined, { refresh }: WriteOptions): Promise<void> {
    return this.#step('login', refresh, async (cookies) => {
      const { row, credential, pendingExpiry } = this.#record
      if (row && credential && (row.userId === null || row.userId === userId)) {
        const change = { userId, extendsExpiry: true, ...(expiry !== undefined && { expiry }) }
        await this.#record.renew(change, credential, cookies, true)
      } else {
        await this.#record.create({}, userId, expiry === undefined ? pendingExpiry : expiry, cookies, credential)
        if (row) this.#context.emit({ type: 'flushed', id: row.id, userId: row.userId })
      }
      if (this.#record.credential) this.#context.emit({ type: 'login', id: this.#record.credential.id, userId })
      if (this.#resetIfExpired()) return { cookieAction: 'clear', value: undefined }
      // Afterwards, because the login stands even if this fails, so its cookie must be sent.
      return { cookieAction: 'send', value: undefined, afterwards: () => this.#record.trim(userId) }
    })
  }

  /** Replaces the session's own expiry rule. One in the past expires the session. */
  setExpiry(expiry: ExpiryRule, { refresh }: WriteOptions): Promise<void> {
    return this.#step('setExpiry', refresh, async (cookies) => {
      const { credential } = this.#record
      if (!credential) {
        this.#record.pendingExpiry = expiry
        return { cookieAction: 'none', value: undefined }
      }
      await this.#record.renew({ expiry, extendsExpiry: true }, credential, cookies, false)
      return { cookieAction: this.#resetIfExpired() ? 'clear' : 'send', value: undefined }
    })
  }

  /** Deletes all other sessions of this session's user. */
  revokeOthers({ refresh }: WriteOptions): Promise<number> {
    return this.#step('revokeOthers', refresh, async (cookies) => {
      const { row, credential } = this.#record
      if (!row?.userId || !credential) return { cookieAction: 'none', value: 0 }
      return { cookieAction: 'refresh', value: await this.#record.revokeOthers(row.userId, credential, cookies) }
    })
  }

  #cookiesHere(): Promise<ResponseCookies> {
    const cookies = this.#request.responseCookies()
    cookies.catch(() => {}) // the queue awaits it later and reports the error then
    return cookies
  }

  #step<T>(writer: string, refresh: Refresh, run: (cookies: ResponseCookies) => Promise<WriteResult<T>>): Promise<T> {
    const calledFrom = this.#cookiesHere()
    return this.#queue.barrier(async () => {
      const cookies = await calledFrom
      requireWritable(cookies, writer)
      const before = this.#record.credential
      const { cookieAction, value, afterwards } = await run(cookies)
      this.#applyCookie(cookies, cookieAction, refresh, before?.value)
      await afterwards?.()
      return value
    })
  }

  async #writeBatch(calls: readonly PatchCall[]): Promise<void> {
    const batch = await validateBatch(calls, this.#record.row?.data ?? {}, this.#context.options.maxBytes)
    if (!batch) return
    try {
      const before = this.#record.credential
      this.#applyCookie(batch.cookies, await this.#writePatch(batch.patch, batch.cookies), batch.refresh, before?.value)
      for (const { resolve } of batch.calls) resolve()
    } catch (error) {
      for (const { reject } of batch.calls) reject(error)
    }
  }

  async #writePatch(patch: Patch, cookies: ResponseCookies): Promise<CookieAction> {
    const before = this.#record.credential
    if (!(await this.#record.patch(patch, cookies))) return 'none'
    if (before) return 'refresh'
    return this.#resetIfExpired() ? 'clear' : 'send'
  }

  /** After an expiry in the past: the row has expired, so the session is a new one. */
  #resetIfExpired(): boolean {
    const { row } = this.#record
    if (!row || row.secondsLeft > 0) return false
    this.#context.emit({ type: 'flushed', id: row.id, userId: row.userId })
    this.#record.reset()
    return true
  }

  /** Sets the cookie after the store has acknowledged the write. `valueBefore` is the cookie's value before it. */
  #applyCookie(cookies: ResponseCookies, action: CookieAction, refresh: Refresh, valueBefore: string | undefined): void {
    if (action === 'none') return
    const { credential, row } = this.#record
    this.#context.afterWrite(this.#request)
    if (action === 'clear') {
      cookies.clear()
      this.#record.hasCookie = false
      return
    }
    const refreshPage = refresh === 'page' ? cookies.refreshPage : null
    const resends = cookies.inAction && refresh !== false && !refreshPage
    if (credential && row && (action === 'send' || credential.value !== valueBefore || resends)) {
      cookies.send(credential.value, this.#scope.carried.maxAge(row, credential))
      this.#record.hasCookie = true
    } else if (cookies.inAction) refreshPage?.()
  }
}
