import { base64url } from '../data/bytes.ts'
import { checkJson, checkKey, deepFreeze, invalid, type Json, type JsonObject } from '../data/json.ts'
import { emptyPatch, maxBytesBefore } from '../data/patch.ts'
import { policyOf } from '../store/expiry.ts'
import type { SessionRecord } from './record.ts'
import type { SessionScope, WriteOptions } from './request-context.ts'
import type { SessionWriter } from './writer.ts'

/** A message for the next page that the visitor sees. */
export interface Flash {
  /** Identifies this flash. Ids sort by time. */
  readonly id: string
  /** The key given to `flash`, such as 'success'. */
  readonly key: string
  /** The value, deeply frozen. */
  readonly value: Json
}

/** Each flash has its own reserved key, so parallel requests add and remove flashes without a conflict. */
const prefix = '_flash_'

/** A visitor who never loads a page must not fill the session. */
const maxFlashes = 20

/** The flashes of one session. */
export class FlashBox {
  readonly #scope: SessionScope
  readonly #record: SessionRecord
  readonly #writer: SessionWriter
  readonly #shown = new Set<string>()
  /** The flashes that this request acknowledged. If Next renders the page in the same request anyway, the page still shows them. */
  #acknowledged: readonly Flash[] = []
  #added = 0

  constructor(scope: SessionScope, record: SessionRecord, writer: SessionWriter) {
    this.#scope = scope
    this.#record = record
    this.#writer = writer
  }

  add(key: string, value: unknown, options: WriteOptions): Promise<void> {
    checkKey(key, key)
    const { json } = checkJson(value, key, this.#scope.context.options.maxBytes)
    const oldest = this.#stored().slice(0, 1 - maxFlashes)
    const remove = oldest.map(({ id }) => prefix + id)
    return this.#writer.patch('flash', { ...emptyPatch, remove, set: { [prefix + this.#newId()]: [key, json] } }, options)
  }

  /** Returns all flashes, oldest first. When a browser loads the document, the returned flashes are removed after the response. */
  all(): readonly Flash[] {
    const flashes = this.#stored()
    const unseen = flashes.filter(({ id }) => !this.#shown.has(id))
    if (this.#scope.request.isShownNow() && unseen.length > 0) {
      for (const { id } of unseen) this.#shown.add(id)
      this.#scope.request.later(() => this.#remove(unseen))
    }
    return [...this.#acknowledged, ...flashes]
  }

  /** Removes flashes that have been shown. Ignores unknown ids. */
  async acknowledge(ids: readonly string[], options: WriteOptions): Promise<void> {
    if (!Array.isArray(ids)) throw invalid('The list of flashes to acknowledge', 'is not a list') // a browser sends the list
    const known = this.#stored().filter(({ id }) => ids.includes(id))
    if (known.length === 0) return
    await this.#writer.patch('acknowledgeFlashes', { ...emptyPatch, remove: known.map(({ id }) => prefix + id) }, options)
    if (options.refresh === false) this.#acknowledged = [...this.#acknowledged, ...known]
  }

  #stored(): readonly Flash[] {
    return flashesIn(this.#record.row?.data ?? {})
  }

  /** Runs after the response and bypasses the writer, because no cookie can be set then. */
  async #remove(flashes: readonly Flash[]): Promise<void> {
    const { context, carried, request } = this.#scope
    const { credential, row } = this.#record
    if (!credential || !row || !request.isShownNow()) return
    const { rolling, maxBytes } = context.options
    const patch = { ...emptyPatch, remove: flashes.map(({ id }) => prefix + id) }
    const change = { patch, maxBytesBefore: maxBytesBefore(row.data, patch, maxBytes), extendsExpiry: rolling }
    await carried.store.update(credential, change, policyOf(context.options, row.userId))
  }

  #newId(): string {
    const { now, cryptography } = this.#scope.context
    const time = now().toString(36).padStart(9, '0')
    // A counter follows the time, because several flashes may have the same millisecond.
    const last = this.#stored().at(-1)?.id ?? ''
    const next = last.startsWith(time) ? Number.parseInt(last.slice(9, 12), 36) + 1 : 0
    const counter = (next + this.#added++).toString(36).padStart(3, '0')
    return `${time}${counter}${base64url(cryptography.randomBytes(6))}`
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
