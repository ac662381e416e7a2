import { checkJson, checkKey, deepFreeze, invalid, type Json, type JsonObject } from '../data/json.ts'
import { boundPatch, emptyPatch } from '../data/patch.ts'
import type { SessionState } from './state.ts'
import { base64url } from '../cookie/token.ts'
import type { SessionContext, RequestContext, WriteOptions } from './request-context.ts'
import type { SessionWriter } from './writer.ts'

/** A value for the next page that is seen. */
export interface Flash {
  /** Names this one flash; ids sort by time. */
  readonly id: string
  /** What it was left under. */
  readonly key: string
  /** Deeply frozen. */
  readonly value: Json
}

/** Each flash lies under a reserved key of its own, so that parallel requests add and remove them without meeting. */
const prefix = '_flash_'

/** How many wait at most: whoever never looks must not fill the session. */
const mostWaiting = 20

/** The flashes of one session. */
export class FlashBox {
  readonly #context: SessionContext
  readonly #state: SessionState
  readonly #visit: RequestContext
  readonly #writer: SessionWriter
  readonly #seen = new Set<string>()
  /** Acknowledged in this request: a page that it renders nevertheless is the one on which they stand. */
  #acknowledged: readonly Flash[] = []
  #added = 0

  constructor(context: SessionContext, state: SessionState, visit: RequestContext, writer: SessionWriter) {
    this.#context = context
    this.#state = state
    this.#visit = visit
    this.#writer = writer
  }

  add(key: string, value: unknown, options: WriteOptions): Promise<void> {
    checkKey(key, key)
    const { json } = checkJson(value, key, this.#context.options.maxBytes)
    const tooOld = flashesIn(this.#state.row?.data ?? {}).slice(0, 1 - mostWaiting)
    const remove = tooOld.map(({ id }) => prefix + id)
    return this.#writer.patch('flash', { ...emptyPatch, remove, set: { [prefix + this.#newId()]: [key, json] } }, options)
  }

  /** All that wait, oldest first. Those that a loaded document shows go once it is sent. */
  all(): readonly Flash[] {
    const flashes = flashesIn(this.#state.row?.data ?? {})
    const unseen = flashes.filter(({ id }) => !this.#seen.has(id))
    if (this.#visit.isSeen() && unseen.length > 0) {
      for (const { id } of unseen) this.#seen.add(id)
      this.#visit.later(() => this.#remove(unseen))
    }
    return [...this.#acknowledged, ...flashes]
  }

  /** Removes what has been shown; ids of others are ignored. */
  async acknowledge(ids: readonly string[], options: WriteOptions): Promise<void> {
    if (!Array.isArray(ids)) throw invalid('The list of flashes to acknowledge', 'is no list') // it comes from a browser
    const known = flashesIn(this.#state.row?.data ?? {}).filter(({ id }) => ids.includes(id))
    if (known.length === 0) return
    await this.#writer.patch('acknowledgeFlashes', { ...emptyPatch, remove: known.map(({ id }) => prefix + id) }, options)
    if (options.refresh === false) this.#acknowledged = [...this.#acknowledged, ...known]
  }

  /** Without the writer: after the response no cookie can be set, and none has to be. */
  async #remove(flashes: readonly Flash[]): Promise<void> {
    const { store, options } = this.#context
    const { credential: ticket, row } = this.#state
    if (!ticket || !row || !this.#visit.isSeen()) return
    const patch = boundPatch(row.data, { ...emptyPatch, remove: flashes.map(({ id }) => prefix + id) }, options.maxBytes)
    await store.update(ticket, { patch, extendsExpiry: options.rolling }, options.policy)
  }

  #newId(): string {
    const time = this.#context.now().toString(36).padStart(9, '0')
    // After those that wait, too: they may be of the same millisecond.
    const last = flashesIn(this.#state.row?.data ?? {}).at(-1)?.id ?? ''
    const next = last.startsWith(time) ? Number.parseInt(last.slice(9, 12), 36) + 1 : 0
    const place = (next + this.#added++).toString(36).padStart(3, '0')
    return `${time}${place}${base64url(this.#context.cryptography.randomBytes(6))}`
  }
}

function flashesIn(data: JsonObject): readonly Flash[] {
  const keys = Object.keys(data).filter((key) => key.startsWith(prefix))
  return keys.sort().flatMap((stored) => {
    const pair = data[stored]
    if (!Array.isArray(pair) || typeof pair[0] !== 'string' || pair[1] === undefined) return []
    return [deepFreeze({ id: stored.slice(prefix.length), key: pair[0], value: pair[1] })]
  })
}
