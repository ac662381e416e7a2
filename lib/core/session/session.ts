import { checkKey, type JsonObject, plainEntries } from '../data/json.ts'
import { emptyPatch, isReserved } from '../data/patch.ts'
import type { DeepReadonly } from '../data/read-only.ts'
import type { Codec } from '../data/schema.ts'
import { checkUserId } from '../data/user-id.ts'
import { type Duration, expiryRule } from '../store/expiry.ts'
import { type Draft, draftPatch } from './draft-patch.ts'
import { type Flash, FlashBox } from './flash.ts'
import type { LoginOptions } from './log-in.ts'
import type { SessionRecord } from './record.ts'
import type { SessionContext, SessionScope, WriteOptions } from './request-context.ts'
import { type KeyOf, SessionReader, type Stored } from './session-reader.ts'
import { storedAuthHash } from './session-user.ts'
import { SessionWriter } from './writer.ts'

const testKey = '_test_cookie'

/**
 * One visitor's session (Django's `request.session`).
 *
 * Reads are synchronous and cost nothing. A writer's promise resolves when the data is in the store and the cookie, if it changed,
 * is on the response. Writers reject with `READ_ONLY` where no cookie can be set, with `INTERRUPTED` if the session was deleted,
 * expired or rotated in the meantime, and with `STORE_FAILED` if the store failed. Nothing was written in these cases, unless
 * `outcome` is 'unknown'.
 */
export class Session<
  Data extends object,
  Defaulted extends keyof Data = never,
  Input extends object = Data,
  User = null,
> extends SessionReader<Data, Defaulted, User> {
  readonly #context: SessionContext
  readonly #codec: Codec
  readonly #record: SessionRecord
  readonly #writer: SessionWriter
  readonly #flashes: FlashBox

  constructor(scope: SessionScope, record: SessionRecord) {
    super(scope, record)
    this.#context = scope.context
    this.#codec = scope.context.codec
    this.#record = record
    this.#writer = new SessionWriter(scope, record)
    this.#flashes = new FlashBox(scope, record, this.#writer)
  }

  /**
   * Writes one key, or several keys at once. Other keys stay as they are, even if another request has changed them in the meantime.
   * Nested objects are replaced, not merged.
   * @example await session.set('name', 'John Doe')
   * @throws {SessionError} DATA_INVALID or DATA_TOO_LARGE naming the key path. In that case, nothing of this call is written.
   */
  set<K extends KeyOf<Input>>(key: K, value: DeepReadonly<Input[K]>, options?: WriteOptions): Promise<void>
  set(values: DeepReadonly<Partial<Input>>, options?: WriteOptions): Promise<void>
  async set(first: string | object, second?: unknown, third?: WriteOptions): Promise<void> {
    const single = typeof first === 'string'
    const options = single ? third : (second as WriteOptions | undefined)
    return this.#writer.patch('set', { ...emptyPatch, set: this.#encode(single ? { [first]: second } : first) }, options ?? {})
  }

  /** Removes keys. An absent key is not an error. */
  async delete(keys: KeyOf<Data> | readonly KeyOf<Data>[], options: WriteOptions = {}): Promise<void> {
    const names: readonly string[] = [keys].flat()
    for (const key of names) checkKey(key, key)
    return this.#writer.patch('delete', { ...emptyPatch, remove: names.filter((key) => !isReserved(key)) }, options)
  }

  /** Removes all data and keeps the session. */
  async clear(options: WriteOptions = {}): Promise<void> {
    return this.#writer.patch('clear', { ...emptyPatch, clear: true }, options)
  }

  /**
   * Removes `key` and returns its value, or `fallback` if the key is absent. Only one of two concurrent calls receives
   * the value.
   * @example const notice = await session.pop('notice')
   */
  async pop<K extends KeyOf<Data>, F = undefined>(key: K, fallback?: F, options: WriteOptions = {}): Promise<Stored<Data, K> | F> {
    checkKey(key, key)
    if (this.#record.data.has(key)) this.#record.data.read(key) // an unreadable value must not be removed
    const taken = isReserved(key) ? undefined : await this.#writer.pop(key, options)
    if (taken === undefined) return fallback as F
    try {
      return this.#codec.decode(key, taken) as Stored<Data, K>
    } catch (error) {
      await this.#writer.setDefault(key, taken, options) // another request has made the value unreadable in the meantime
      throw error
    }
  }

  /** Writes `key` if it is absent, and returns the stored value. */
  async setDefault<K extends KeyOf<Data> & KeyOf<Input>>(
    key: K,
    value: DeepReadonly<Input[K]>,
    options: WriteOptions = {},
  ): Promise<Stored<Data, K>> {
    const stored = await this.#writer.setDefault(key, this.#codec.encode(key, value), options)
    return this.#codec.decode(key, stored) as Stored<Data, K>
  }

  /**
   * Reads, changes and writes in one atomic step. `change` modifies a copy of the newest data; the top-level keys that
   * it changed are written. It must be synchronous. If another request was faster, it runs again on the newest data. If
   * it throws, the promise rejects with that error and nothing is written. Each changed value is validated by its
   * schema, so a schema must accept its own output.
   * @example await session.update((draft) => { draft.visits = (draft.visits ?? 0) + 1 })
   * @throws {SessionError} CONFLICT if other requests held the session until `timeout` was nearly over.
   */
  async update(change: (draft: Draft<Data, Defaulted>) => undefined, options: WriteOptions = {}): Promise<void> {
    const onDraft = (draft: Record<string, unknown>) => change(draft as Draft<Data, Defaulted>)
    return this.#writer.update((data) => draftPatch(this.#codec, data, onDraft), options)
  }

  /** Deletes the row and clears the cookie (Django's flush). This object is then a new, empty session. */
  async flush(options: WriteOptions = {}): Promise<void> {
    return this.#writer.flush('flush', options)
  }

  /**
   * Replaces the token secret and keeps the id and the data (Django's cycle_key). The old token is invalid at once.
   * Call it when the visitor's rights change; `login` does it itself. After a password change, pass the new credentials
   * as `authHash`: then this session stays valid (Django's update_session_auth_hash).
   * @example await session.cycleKey({ authHash: user.passwordHash })
   */
  async cycleKey(options: WriteOptions & { authHash?: string } = {}): Promise<void> {
    return this.#writer.cycleKey(storedAuthHash(this.#context, 'cycleKey', options.authHash), options)
  }

  /**
   * Logs a user in. Check the credentials first. An anonymous visitor's data (the cart) is kept. Another user's session is deleted
   * and replaced by a new one without its data. The session gets a new token secret, against session fixation, and `absoluteMaxAge`
   * restarts.
   *
   * `userId` is stored as text of 1 to 255 characters. `expiry` takes the same values as `setExpiry`. If only deleting the sessions
   * above `maxPerUser` fails, `login` rejects with STORE_FAILED and the outcome 'unknown', and the user is logged in.
   * @example await session.login(user.id, { authHash: user.passwordHash })
   * @throws {SessionError} CONFIG_INVALID if `authHash` is missing. In that case, nothing is written.
   * @see OWASP Session Management Cheat Sheet, "Renew the Session ID After Any Privilege Level Change"
   */
  async login(userId: string | number | bigint, options: LoginOptions = {}): Promise<void> {
    const expiry = options.expiry === undefined ? undefined : expiryRule(options.expiry)
    const authHash = storedAuthHash(this.#context, 'login', options.authHash)
    return this.#writer.login({ userId: checkUserId(userId), expiry, authHash }, options)
  }

  /** Deletes the row and clears the cookie, as `flush` does. */
  async logout(options: WriteOptions = {}): Promise<void> {
    return this.#writer.flush('logout', options)
  }

  /**
   * Sets this session's own expiry (Django's set_expiry): seconds or a duration since the last activity, `0` for browser close, a
   * `Date`, or `null` for the default. A time in the past expires the session. The expiry never exceeds `absoluteMaxAge`. On an
   * unsaved session the rule is remembered until the first write. A cookie lives at most 400 days. A session lives longer only if
   * it is written in the second half of those 400 days, because that write sends a new cookie.
   * @example await session.setExpiry('2h')
   */
  async setExpiry(value: Duration | Date | null, options: WriteOptions = {}): Promise<void> {
    return this.#writer.setExpiry(expiryRule(value), options)
  }

  /** Deletes all other sessions of this user and returns their number; 0 for an anonymous visitor. */
  async revokeOthers(options: WriteOptions = {}): Promise<number> {
    return this.#writer.revokeOthers(options)
  }

  /**
   * Stores a message for the next page that the visitor sees (Django's messages). Call it in an action, redirect, and
   * show `flashes()` on the next page. Several messages with one key are all kept. There are at most 20; the oldest are
   * dropped. `value` is JSON; the schema and the serializer do not apply.
   * @example await session.flash('success', 'Saved.')
   * @throws {SessionError} DATA_INVALID or DATA_TOO_LARGE
   */
  async flash(key: string, value: unknown, options: WriteOptions = {}): Promise<void> {
    return this.#flashes.add(key, value, options)
  }

  /**
   * Returns the waiting flashes, oldest first. Reading does not remove them. When a browser loads the document, they are removed
   * after the response, so call this after any code that may redirect (`requireUser` takes care of its own redirect). A page that
   * the router fetches may never be shown; there `<Flashes>` acknowledges them once they are on the screen. For sessions in
   * cookies, only `<Flashes>` removes them.
   */
  flashes(): readonly Flash[] {
    return this.#flashes.all()
  }

  /**
   * Removes flashes that have been shown, by id. Call it in the action given to `<Flashes>`. It re-renders the page
   * only if `refresh` is set. If the cookie must be sent, Next re-renders the page anyway; that page still shows these
   * flashes.
   */
  async acknowledgeFlashes(ids: readonly string[], options: WriteOptions = { refresh: false }): Promise<void> {
    return this.#flashes.acknowledge(ids, options)
  }

  /** Stores a test value. The next request can then check if the browser accepts cookies (Django's set_test_cookie). */
  async setTestCookie(options: WriteOptions = {}): Promise<void> {
    return this.#writer.patch('setTestCookie', { ...emptyPatch, set: { [testKey]: 'worked' } }, options)
  }

  /** Returns true if the test value came back (Django's test_cookie_worked). */
  testCookieWorked(): boolean {
    return this.#record.row?.data[testKey] === 'worked'
  }

  /** Removes the test value (Django's delete_test_cookie). It is not an error if there is none. */
  async deleteTestCookie(options: WriteOptions = {}): Promise<void> {
    return this.#writer.patch('deleteTestCookie', { ...emptyPatch, remove: [testKey] }, options)
  }

  #encode(values: object): JsonObject {
    const entries = plainEntries(values, 'The argument of set')
    return Object.fromEntries(entries.map(([key, value]) => [key, this.#codec.encode(key, value)]))
  }
}
