import type { Json, JsonObject } from '../data/json.ts'
import { emptyPatch, type Patch } from '../data/patch.ts'
import { unreadable } from '../data/schema.ts'
import { SessionError } from '../errors.ts'
import type { ExpiryRule } from '../store/expiry.ts'
import { updateAtomically } from './atomic-update.ts'
import { type Login, logIn } from './log-in.ts'
import type { SessionRecord } from './record.ts'
import { removeOthers, removePresented, trimSessions } from './removals.ts'
import type { RequestContext, ResponseCookies, SessionContext, SessionScope, WriteOptions } from './request-context.ts'
import { requireWritable } from './write-errors.ts'
import { writePatch } from './write-patch.ts'
import { type PatchCall, validateBatch, WriteQueue } from './write-queue.ts'

/**
 * The effect of a write on the cookie. 'refresh': the data changed and the token did not. 'none': nothing was written.
 */
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

  /** Writes a patch. Adjacent patches share one statement. */
  patch(writer: string, patch: Patch, { refresh }: WriteOptions): Promise<void> {
    return this.#queue.patch({ writer, patch, refresh, cookies: this.#cookiesHere() }, (calls) => this.#writeBatch(calls))
  }

  /** Adds `key` if it is absent, and returns the stored value. */
  setDefault(key: string, json: Json, { refresh }: WriteOptions): Promise<Json> {
    return this.#step('setDefault', refresh, async () => {
      const cookieAction = await this.#writePatch({ ...emptyPatch, defaults: { [key]: json } })
      const data = this.#record.row?.data ?? {}
      if (this.#record.row?.unreadable?.includes(key)) throw unreadable(key)
      return { cookieAction, value: Object.hasOwn(data, key) ? (data[key] ?? null) : json }
    })
  }

  /** Removes `key` and returns its value. Only one of two concurrent calls receives the value. */
  pop(key: string, { refresh }: WriteOptions): Promise<Json | undefined> {
    return this.#step('pop', refresh, async () => {
      this.#record.requireCurrent()
      const { credential } = this.#record
      const row = credential && (await this.#record.update({ take: key, extendsExpiry: true }, credential))
      return { cookieAction: row ? 'refresh' : 'none', value: row?.taken }
    })
  }

  /** Reads, changes and writes in one step. `compute` may run twice: on the data that was read, then on the newest data. */
  update(compute: (data: JsonObject) => Patch, { refresh }: WriteOptions): Promise<void> {
    return this.#step('update', refresh, async () => {
      this.#record.requireCurrent()
      const { row, credential } = this.#record
      if (!row || !credential) return { cookieAction: await this.#writePatch(compute({})), value: undefined }
      const written = await updateAtomically(this.#scope, this.#record, [row, credential], compute)
      return { cookieAction: written ? 'refresh' : 'none', value: undefined }
    })
  }

  /** Deletes the row and clears the cookie. Clears the cookie even if the store fails. */
  flush(writer: 'flush' | 'logout', { refresh }: WriteOptions): Promise<void> {
    return this.#step(writer, refresh, async (cookies) => {
      const cookieAction = this.#record.hasCookie ? 'clear' : 'none'
      try {
        await removePresented(this.#scope, this.#record, writer === 'logout' ? 'logout' : 'flushed')
      } catch (error) {
        this.#applyCookie(cookies, cookieAction, refresh, undefined)
        throw error
      }
      return { cookieAction, value: undefined }
    })
  }

  /** Replaces the token secret and, if one is given, the auth hash. */
  cycleKey(authHash: string | undefined, { refresh }: WriteOptions): Promise<void> {
    return this.#step('cycleKey', refresh, async () => {
      this.#record.requireCurrent()
      const { credential } = this.#record
      if (!credential) return { cookieAction: 'none', value: undefined }
      const change = { extendsExpiry: true, ...(authHash !== undefined && { authHash }) }
      const { id, userId } = await this.#record.renew(change, credential, true)
      this.#context.emit({ type: 'cycled', id, userId })
      return { cookieAction: 'send', value: undefined }
    })
  }

  /** Logs a user in under a new token secret. Replaces another user's session. */
  login(login: Login, { refresh }: WriteOptions): Promise<void> {
    return this.#step('login', refresh, async () => {
      await logIn(this.#context, this.#record, login)
      if (this.#resetIfExpired()) return { cookieAction: 'clear', value: undefined }
      // Runs after the login, because the login is valid even if this fails, and its cookie must be sent.
      return { cookieAction: 'send', value: undefined, afterwards: () => trimSessions(this.#scope, login.userId) }
    })
  }

  /** Replaces the session's own expiry rule. A time in the past expires the session. */
  setExpiry(expiry: ExpiryRule, { refresh }: WriteOptions): Promise<void> {
    return this.#step('setExpiry', refresh, async () => {
      this.#record.requireCurrent()
      const { credential } = this.#record
      if (!credential) {
        this.#record.pendingExpiry = expiry
        return { cookieAction: 'none', value: undefined }
      }
      await this.#record.renew({ expiry, extendsExpiry: true }, credential, false)
      return { cookieAction: this.#resetIfExpired() ? 'clear' : 'send', value: undefined }
    })
  }

  /** Deletes all other sessions of this session's user. */
  revokeOthers({ refresh }: WriteOptions): Promise<number> {
    return this.#step('revokeOthers', refresh, async () => {
      const value = await removeOthers(this.#scope, this.#record)
      return { cookieAction: this.#record.row?.userId ? 'refresh' : 'none', value }
    })
  }

  #cookiesHere(): Promise<ResponseCookies> {
    const cookies = this.#request.responseCookies()
    cookies.catch(() => {}) // the queue awaits the promise later and reports the error
    return cookies
  }

  #step<T>(writer: string, refresh: Refresh, run: (cookies: ResponseCookies) => Promise<WriteResult<T>>): Promise<T> {
    const calledFrom = this.#cookiesHere()
    return this.#queue.barrier(async () => {
      const cookies = await calledFrom
      requireWritable(cookies, writer)
      const { value, afterwards } = await this.#withCookie(cookies, refresh, () => run(cookies))
      await afterwards?.()
      return value
    })
  }

  async #writeBatch(calls: readonly PatchCall[]): Promise<void> {
    const batch = await validateBatch(calls, this.#record.row?.data ?? {}, this.#context.options.maxBytes)
    if (!batch) return
    const { patch, cookies, refresh } = batch
    try {
      await this.#withCookie(cookies, refresh, async () => ({ cookieAction: await this.#writePatch(patch), value: undefined }))
      for (const { resolve } of batch.calls) resolve()
    } catch (error) {
      for (const { reject } of batch.calls) reject(error)
    }
  }

  /** Runs a write, and then sets the cookie. A write that loses the session sends no cookie and refreshes the pages. */
  async #withCookie<T>(cookies: ResponseCookies, refresh: Refresh, run: () => Promise<WriteResult<T>>): Promise<WriteResult<T>> {
    const before = this.#record.credential
    try {
      const result = await run()
      this.#applyCookie(cookies, result.cookieAction, refresh, before?.value)
      return result
    } catch (error) {
      if (error instanceof SessionError && error.code === 'INTERRUPTED') this.#refreshPages(cookies, refresh)
      throw error
    }
  }

  async #writePatch(patch: Patch): Promise<CookieAction> {
    const before = this.#record.credential
    if (!(await writePatch(this.#context, this.#record, patch))) return 'none'
    if (before) return 'refresh'
    return this.#resetIfExpired() ? 'clear' : 'send'
  }

  /** After an expiry in the past, the row has expired and the session is a new one. */
  #resetIfExpired(): boolean {
    const { row } = this.#record
    if (!row || row.secondsLeft > 0) return false
    this.#context.emit({ type: 'flushed', id: row.id, userId: row.userId })
    this.#record.reset()
    return true
  }

  /** Sets the cookie after the store has acknowledged the write. `valueBefore` is the cookie's value before the write. */
  #applyCookie(cookies: ResponseCookies, action: CookieAction, refresh: Refresh, valueBefore: string | undefined): void {
    if (action === 'none') return
    const { credential, row } = this.#record
    this.#context.afterWrite(this.#request)
    if (action === 'clear') {
      cookies.clear()
      this.#record.hasCookie = false
      return
    }
    // The token is sent only when it is new: a late response must not replace the cookie of a login that another tab
    // has made.
    if (credential && row && (action === 'send' || credential.value !== valueBefore)) {
      cookies.send(credential.value, this.#scope.carried.maxAge(row, credential))
      this.#record.hasCookie = true
    } else this.#refreshPages(cookies, refresh)
  }

  #refreshPages(cookies: ResponseCookies, refresh: Refresh): void {
    if (!cookies.inAction || refresh === false) return
    const refreshPage = refresh === 'page' ? cookies.refreshPage : null
    if (refreshPage) refreshPage()
    else cookies.refreshPages()
  }
}
