import { type Duration, expiryRule } from '../store/expiry.ts'
import { type Flash, FlashBox } from './flash.ts'
import { checkKey, invalid, type JsonObject, plainEntries } from '../data/json.ts'
import { emptyPatch, isReserved, type PatchParts } from '../data/patch.ts'
import { checkUserId } from './write-errors.ts'
import type { Codec } from '../data/schema.ts'
import { type DeepReadonly, type KeyOf, SessionReader, type Stored } from './session-reader.ts'
import type { SessionState } from './state.ts'
import type { SessionContext, RequestContext, WriteOptions } from './request-context.ts'
import { SessionWriter } from './writer.ts'

const testKey = '_test_cookie'

/** A draft of the data, as `update` hands it to its function. */
export type Draft<Data, Defaulted extends keyof Data> = { -readonly [K in keyof Data]?: Data[K] } & {
  -readonly [K in Defaulted]: Data[K]
}

/**
 * One visitor's session (Django's `request.session`). Reading is synchronous and free; each writer resolves once the data is in the store
 * and the cookie, where it changed, is on the response. Writers reject with `READ_ONLY` where no cookie can be set, `INTERRUPTED` if the
 * session was ended or rotated meanwhile, `STORE_FAILED` if the store failed; then nothing was written, unless `outcome` is 'unknown'.
 */
export class Session<Data extends object, Defaulted extends keyof Data = never, Input extends object = Data> extends SessionReader<
  Data,
  Defaulted
> {
  readonly #codec: Codec
  readonly #state: SessionState
  readonly #writer: SessionWriter
  readonly #flashes: FlashBox

  constructor(context: SessionContext, state: SessionState, visit: RequestContext) {
    super(context, state)
    this.#codec = context.codec
    this.#state = state
    this.#writer = new SessionWriter(context, state, visit)
    this.#flashes = new FlashBox(context, state, visit, this.#writer)
  }

  /**
   * Writes one key, or several at once; other keys are untouched, even if another request changed them meanwhile. Nested objects are replaced.
   * @throws {SessionError} DATA_INVALID or DATA_TOO_LARGE naming the key path; nothing of this call is then written.
   */
  set<K extends KeyOf<Input>>(key: K, value: DeepReadonly<Input[K]>, options?: WriteOptions): Promise<void>
  set(values: DeepReadonly<Partial<Input>>, options?: WriteOptions): Promise<void>
  async set(first: string | object, second?: unknown, third?: WriteOptions): Promise<void> {
    const single = typeof first === 'string'
    const options = single ? third : (second as WriteOptions | undefined)
    return this.#writer.patch('set', { ...emptyPatch, set: this.#encode(single ? { [first]: second } : first) }, options ?? {})
  }

  /** Removes keys; absent ones are no error. */
  async delete(keys: KeyOf<Data> | readonly KeyOf<Data>[], options: WriteOptions = {}): Promise<void> {
    const named: readonly string[] = [keys].flat()
    for (const key of named) checkKey(key, key)
    return this.#writer.patch('delete', { ...emptyPatch, remove: named.filter((key) => !isReserved(key)) }, options)
  }

  /** Removes all data and keeps the session. */
  async clear(options: WriteOptions = {}): Promise<void> {
    return this.#writer.patch('clear', { ...emptyPatch, clear: true }, options)
  }

  /** Removes `key` and answers its value, or `fallback` if it is absent. Of two at once one gets the value. */
  async pop<K extends KeyOf<Data>, F = undefined>(key: K, fallback?: F, options: WriteOptions = {}): Promise<Stored<Data, K> | F> {
    checkKey(key, key)
    const taken = isReserved(key) ? undefined : await this.#writer.pop(key, options)
    return (taken === undefined ? fallback : this.#codec.decode({ [key]: taken })[key]) as Stored<Data, K> | F
  }

  /** Writes `key` unless it is there, and answers what is stored. */
  async setDefault<K extends KeyOf<Data> & KeyOf<Input>>(
    key: K,
    value: DeepReadonly<Input[K]>,
    options: WriteOptions = {},
  ): Promise<Stored<Data, K>> {
    const stored = await this.#writer.setDefault(key, this.#codec.encode(key, value), options)
    return this.#codec.decode({ [key]: stored })[key] as Stored<Data, K>
  }

  /**
   * Reads, changes and writes in one atomic step: `change` alters a copy of the newest data, and the top-level keys it changed are written.
   * It must be synchronous, and may run twice: on what was read, and, if another request was faster, on the newest data under a lock.
   * What it throws rejects the promise, and nothing is written. What changed is checked by its schema, which therefore must accept its own output.
   * @throws {SessionError} CONFLICT if others still held the session when `timeout` was nearly over.
   */
  async update(change: (draft: Draft<Data, Defaulted>) => undefined, options: WriteOptions = {}): Promise<void> {
    return this.#writer.update((data) => this.#changes(data, change), options)
  }

  /** Ends the session: its row and its cookie. This object is then a new, empty session. */
  async flush(options: WriteOptions = {}): Promise<void> {
    return this.#writer.flush('flush', options)
  }

  /** A new secret for the same id and data: the old token is dead at once. Call it when the visitor's rights change; `login` does. */
  async cycleKey(options: WriteOptions = {}): Promise<void> {
    return this.#writer.cycleKey(options)
  }

  /**
   * Logs a user in, after you have checked who it is. An anonymous visitor's data (the cart) is kept; another user's session is ended and
   * a new one begun, without its data. Gives a new secret, against session fixation, and restarts `absoluteMaxAge`.
   * `userId` is kept as text of 1 to 255 characters. `expiry` is what `setExpiry` takes. If only what `maxPerUser` asks for fails, it rejects with
   * STORE_FAILED and the outcome 'unknown', and the user is logged in.
   * @see OWASP Session Management Cheat Sheet, "Renew the Session ID After Any Privilege Level Change"
   */
  async login(userId: string | number | bigint, options: WriteOptions & { expiry?: Duration | Date | null } = {}): Promise<void> {
    const { expiry } = options
    return this.#writer.login(checkUserId(userId), expiry === undefined ? undefined : expiryRule(expiry), options)
  }

  /** Ends the session, as `flush` does. */
  async logout(options: WriteOptions = {}): Promise<void> {
    return this.#writer.flush('logout', options)
  }

  /**
   * Gives this session an expiry of its own: seconds or a duration since the last activity, `0` when the browser closes, a `Date`, or
   * `null` for the default. One in the past ends the session; none goes beyond `absoluteMaxAge`. Before the first write it is remembered.
   */
  async setExpiry(value: Duration | Date | null, options: WriteOptions = {}): Promise<void> {
    return this.#writer.setExpiry(expiryRule(value), options)
  }

  /** Ends all other sessions of this user, and answers how many; 0 for an anonymous visitor. */
  async revokeOthers(options: WriteOptions = {}): Promise<number> {
    return this.#writer.revokeOthers(options)
  }

  /**
   * Leaves a value for the next page that is seen: set it in an action, redirect, and show `flashes()` there (Django's messages). Several
   * of one key are all kept; of more than 20 the oldest give way. `value` is JSON, whatever the schema and the serializer.
   * @throws {SessionError} DATA_INVALID or DATA_TOO_LARGE
   */
  async flash(key: string, value: unknown, options: WriteOptions = {}): Promise<void> {
    return this.#flashes.add(key, value, options)
  }

  /**
   * The flashes that wait, oldest first; reading removes none. A browser that loads the document has seen them: they go once it is sent, so
   * read them after whatever may redirect (`requireUser` says so itself). What the router fetches may never be shown: there `<Flashes>`
   * acknowledges them when they are on the screen. With sessions in cookies only that removes them.
   */
  flashes(): readonly Flash[] {
    return this.#flashes.all()
  }

  /**
   * Removes flashes that have been shown, by id; for the action given to `<Flashes>`. Renders no page anew, unless `refresh` says so. Where
   * the cookie has to be sent, Next renders the page nevertheless: as it is, with these flashes.
   */
  async acknowledgeFlashes(ids: readonly string[], options: WriteOptions = { refresh: false }): Promise<void> {
    return this.#flashes.acknowledge(ids, options)
  }

  /** Sets a test value, to learn on the next request whether the browser keeps cookies (Django's set_test_cookie). */
  async setTestCookie(options: WriteOptions = {}): Promise<void> {
    return this.#writer.patch('setTestCookie', { ...emptyPatch, set: { [testKey]: 'worked' } }, options)
  }

  /** Whether the test value came back. */
  testCookieWorked(): boolean {
    return this.#state.row?.data[testKey] === 'worked'
  }

  /** Removes the test value (Django's delete_test_cookie); no error if there is none. */
  async deleteTestCookie(options: WriteOptions = {}): Promise<void> {
    return this.#writer.patch('deleteTestCookie', { ...emptyPatch, remove: [testKey] }, options)
  }

  #encode(values: object): JsonObject {
    const entries = plainEntries(values, 'The argument of set')
    return Object.fromEntries(entries.map(([key, value]) => [key, this.#codec.encode(key, value)]))
  }

  /** What `change` does to `data`, key by key. */
  #changes(data: JsonObject, change: (draft: Draft<Data, Defaulted>) => undefined): PatchParts {
    const codec = this.#codec
    const draft = codec.draft(data)
    const before = new Map(Object.keys(draft).map((key) => [key, codec.toJson(key, draft[key])]))
    const answer: unknown = change(draft as Draft<Data, Defaulted>)
    if (answer instanceof Promise) {
      answer.catch(() => {}) // it is refused already
      throw invalid('The function given to update', 'is asynchronous; compute before, then change the draft')
    }
    const present = Object.entries(draft).filter(([, value]) => value !== undefined)
    const kept = new Set(present.map(([key]) => key))
    const changed = present.filter(([key, value]) => codec.differs(key, value, before.get(key)))
    return {
      ...emptyPatch,
      remove: Object.keys(data).filter((key) => !isReserved(key) && !kept.has(key)),
      set: Object.fromEntries(changed.map(([key, value]) => [key, codec.encode(key, value)])),
    }
  }
}
